/** Rates: how many writes in a while (RELIABILITY §5, S1-169). Refused writes are not charged, and neither interrupts nor renewals ever are. */
import { waitOf } from "../bucket.ts";
import { type Charge, chargesOf, type Write } from "../charges.ts";
import type { House } from "../house.ts";
import { callerGroup, groupOfHost } from "../groups.ts";
import { askerOf } from "../mute.ts";
import type { Question } from "../question.ts";
import { sightOf } from "../relation.ts";
import type { Rule } from "./rule.ts";

/** Names the limit that holds it back the longest, so that who waits so long is not refused by another one next. */
export const withinRate: Rule = (house, question) => {
  const write = writeOf(house, question);
  if (write === null) return null;
  let worst: { readonly charge: Charge; readonly waitMs: number | null } | null = null;
  for (const charge of chargesOf(house, write)) {
    const waitMs = waitOf(house.buckets.get(charge.key), charge.size, question.at);
    if (waitMs !== 0 && (worst === null || longer(waitMs, worst.waitMs))) worst = { charge, waitMs };
  }
  if (worst === null) return null;
  const { charge, waitMs } = worst;
  return {
    code: "rate_limited",
    facts: { limit: charge.limit, value: charge.size.perMinute, retryAfterMs: waitMs },
  };
};

/** Null is for ever. */
const longer = (one: number | null, other: number | null): boolean =>
  other !== null && (one === null || one > other);

function writeOf(house: House, question: Question): Write | null {
  const { command } = question;
  const writer = askerOf(question);
  switch (command.type) {
    case "session.send": {
      const session = sightOf(house, question);
      const group = session === null ? null : groupOfHost(house, session.hostId);
      return { kind: "send", writer, target: command.target.sessionId, group };
    }
    case "session.spawn":
    case "session.fork":
      return { kind: "spawn", writer, group: callerGroup(house, question) };
    case "lease.acquire":
    case "session.resume":
    case "approval.decide":
    case "share.grant":
    case "attention.snooze":
    case "attention.assign":
      return { kind: "own", writer };
    case "progress.report":
      return { kind: "progress", writer };
    default:
      return null;
  }
}
