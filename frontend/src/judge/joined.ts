/** A comment with what was said behind it. */
export function joined(comment: string, said: string): string {
  return comment === "" || /\s$/.test(comment) ? comment + said : `${comment} ${said}`;
}
