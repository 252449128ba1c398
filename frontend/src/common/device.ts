/** What people call the thing in front of them: only a finger and a small screen make it a phone for sure. */
export function device(): "phone" | "device" {
  const small = Math.min(screen.width, screen.height) < 600;
  return small && matchMedia("(pointer: coarse)").matches ? "phone" : "device";
}

export const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
