/**
 * Which thread a call says it comes from. The key has proved the session; Codex writes the thread and its turn into `_meta` (PROTOCOL §5), and a call
 * from anywhere else than the key's own thread is refused.
 */
import { type SessionId, TurnId } from "@claw/events";

export type Claim =
  | {
      readonly isOwn: true;
      /** The turn that the caller names; null for a sub-agent, which has no turn of the thread. Policy decides what it is worth. */
      readonly turnId: TurnId | null;
    }
  | {
      readonly isOwn: false;
      /** What was said instead, as far as it can be an id. */
      readonly claimed: string | null;
    };

const TURN_METADATA = "x-codex-turn-metadata";
/** What is written down of a claim: a word of the log (128 letters), of letters that an id may have. */
const MAX_CLAIMED = 128;

/** `meta` is `_meta` of the call, as it came: anybody who has the key can write anything there. */
export function claimOf(meta: unknown, boundTo: SessionId): Claim {
  const threadId = textIn(meta, "threadId");
  if (threadId === boundTo) return { isOwn: true, turnId: turnIn(meta) };
  if (textIn(meta, "sessionId") === boundTo) return { isOwn: true, turnId: null };
  return { isOwn: false, claimed: wordOf(threadId ?? textIn(meta, "sessionId")) };
}

/** True if `_meta` names any thread. Codex does not when it reads a resource. */
export const namesThread = (meta: unknown): boolean =>
  textIn(meta, "threadId") !== null || textIn(meta, "sessionId") !== null;

function turnIn(meta: unknown): TurnId | null {
  const read = TurnId.safeParse(textIn(memberOf(meta, TURN_METADATA), "turn_id"));
  return read.success ? read.data : null;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function textIn(value: unknown, name: string): string | null {
  const member = memberOf(value, name);
  return typeof member === "string" ? member : null;
}

function wordOf(text: string | null): string | null {
  const word = (text ?? "").replace(/[^A-Za-z0-9_.:-]/g, "").slice(0, MAX_CLAIMED);
  return word === "" ? null : word;
}
