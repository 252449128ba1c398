// The REST interface, described by itself and tried out in the page.
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";

const root = document.documentElement;
const device = matchMedia("(prefers-color-scheme: dark)");

function follow(): void {
  const theme = root.dataset.theme ?? (device.matches ? "dark" : "light");
  root.classList.toggle("dark-mode", theme === "dark");
}

device.addEventListener("change", follow);
window.addEventListener("themechange", follow);
follow();
SwaggerUI({ url: "/openapi.json", dom_id: "#reference", deepLinking: true, tryItOutEnabled: false });
