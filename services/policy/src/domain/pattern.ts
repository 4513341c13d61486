/** Patterns of subjects that a rule accepts. */

/**
 * True if the whole text is like the pattern, in which `*` stands for anything, line breaks too, and everything else for itself. The time it takes grows with the
 * text alone: each part is looked for once, as early as it can stand.
 */
export function isLike(text: string, pattern: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}
