import type { Span } from "./rule.ts";

/**
 * Join overlapping spans, so that each secret is taken out once and whole. The joined span keeps the kind of its
 * widest part; of equals, the one found last, which is the more precise: a longer prefix, or the token inside a field.
 */
export const joinSpans = (spans: readonly Span[]): readonly Span[] => {
  const joined: Span[] = [];
  const byStart = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  let widest = 0;
  for (const span of byStart) {
    const last = joined.at(-1);
    const width = span.end - span.start;
    if (!last || span.start >= last.end) {
      joined.push(span);
      widest = width;
      continue;
    }
    const kind = width >= widest ? span.kind : last.kind;
    widest = Math.max(widest, width);
    joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, span.end), kind };
  }
  return joined;
};
