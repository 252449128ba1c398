// A new event's clock is that of whoever sets it up.

export function fillZones(root: ParentNode): void {
  for (const field of root.querySelectorAll<HTMLInputElement>("input[data-zone]")) {
    field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  }
}
