// The playhead in the plot of the pace, on the time axis of the wave. A second is a pixel or two: no need for frames.

class PacePlot extends HTMLElement {
  readonly #leaving = new AbortController();

  connectedCallback(): void {
    const audio = document.querySelector<HTMLAudioElement>("#audio");
    const { signal } = this.#leaving;
    for (const event of ["timeupdate", "seeking", "loadedmetadata"]) {
      audio?.addEventListener(event, () => this.#show(audio), { signal });
    }
    if (audio !== null) this.#show(audio);
  }

  disconnectedCallback(): void {
    this.#leaving.abort();
  }

  #show({ currentTime, duration }: HTMLAudioElement): void {
    const head = this.querySelector<SVGElement>("[data-part=plot-head]");
    const [left, width] = [Number(this.dataset.left), Number(this.dataset.width)];
    const share = Number.isFinite(duration) && duration > 0 ? Math.min(1, currentTime / duration) : 0;
    if (head !== null) head.style.transform = `translateX(${(share * (width - left)).toFixed(1)}px)`;
  }
}

customElements.define("pace-plot", PacePlot);
