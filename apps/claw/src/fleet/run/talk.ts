/** Counts what goes wrong in the conversations over NATS, by conversation and kind. */
import { counter, type Metrics } from "@claw/runtime";
import type { TalkOptions } from "@claw/wire";

const CONVERSATIONS = ["gate", "feed", "receipts", "pages", "uplinks", "history"] as const;
const KINDS = [
  "malformed",
  "too_large",
  "busy",
  "unanswered",
  "forbidden",
  "misdirected",
  "lost",
  "failed",
] as const;

/** Once per process: a counter's name is taken. */
export function countTalk({ metrics }: { readonly metrics: Metrics }): Required<TalkOptions> {
  const troubles = counter(metrics, "claw_talk_troubles_total", "What went wrong between services.", {
    conversation: CONVERSATIONS,
    kind: KINDS,
  });
  return { onTrouble: (trouble) => troubles.add({ ...trouble }) };
}
