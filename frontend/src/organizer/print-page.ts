// A button that prints: browsers on phones hide their own.

class PrintPage extends HTMLElement {
  connectedCallback(): void {
    this.querySelector("button")?.addEventListener("click", () => print());
  }
}

customElements.define("print-page", PrintPage);
