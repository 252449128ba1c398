// Light, dark, or as the device says; remembered per device.

class ThemeSwitch extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest("button");
      if (button !== null) this.#choose(button.value);
    });
    this.#show(document.documentElement.dataset.theme ?? "");
  }

  #choose(theme: string): void {
    if (theme === "") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      if (theme === "") localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
    } catch {
      // Storage is switched off: it holds for this page.
    }
    this.#show(theme);
    window.dispatchEvent(new Event("themechange"));
  }

  #show(theme: string): void {
    for (const button of this.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
  }
}

customElements.define("theme-switch", ThemeSwitch);
