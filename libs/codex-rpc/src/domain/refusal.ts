/**
 * What Codex means by a "no". It has one error code for nearly all of them (-32600), so they are told apart by their texts; each was seen from
 * 0.169.0 (PROTOCOL §3), and `refusals.codex.test.ts` asks the installed one for them again.
 */
export type Refusal =
  /** Nothing to steer or to interrupt. Also said of a turn that was started a moment ago and is not active yet. */
  | { readonly kind: "no_active_turn" }
  | { readonly kind: "turn_mismatch"; readonly expected: string; readonly found: string }
  /** This server has it not in memory, or nobody has it at all. */
  | { readonly kind: "thread_unknown" }
  /** Another server has it in memory (N1-014). */
  | { readonly kind: "active_writer" }
  | { readonly kind: "archived" }
  /** It has no turn yet that could be listed. */
  | { readonly kind: "no_turns" }
  /** Its first turn is just beginning, and cannot be listed yet. */
  | { readonly kind: "not_listable" }
  | { readonly kind: "other" };

/** With and without backticks: steering and interrupting say it differently. */
const MISMATCH = /^expected active turn id `?([^`\s]+)`? but found `?([^`\s]+)`?$/;

const KINDS: readonly (readonly [RegExp, Exclude<Refusal["kind"], "turn_mismatch">])[] = [
  [/^no active turn\b/, "no_active_turn"],
  [/already has an active writer$/, "active_writer"],
  [/ is archived\b/, "archived"],
  [/not materialized yet/, "no_turns"],
  [/^list_turns is not supported yet/, "not_listable"],
  [/^(thread not found|thread not loaded|no rollout found for thread id)\b/, "thread_unknown"],
];

export function readRefusal(message: string): Refusal {
  const [, expected, found] = MISMATCH.exec(message) ?? [];
  if (expected !== undefined && found !== undefined) return { kind: "turn_mismatch", expected, found };
  const [, kind = "other" as const] = KINDS.find(([pattern]) => pattern.test(message)) ?? [];
  return { kind };
}
