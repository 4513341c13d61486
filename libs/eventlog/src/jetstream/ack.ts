/** What an acknowledgement of the stream means. Pure. */
import type { Msg } from "@nats-io/transport-node";
import type { LogUnavailable } from "../faults.ts";
import { refusalIn } from "./api.ts";
import { numberIn, objectIn } from "./answer.ts";
import { API, faultOfRefusal, type Refused, regressed } from "./faults.ts";

export type Ack =
  /** Stored there now, or, as `isRepeat`, taken for a message that the server says is stored there: unproven (RELIABILITY S8). */
  | { readonly kind: "stored"; readonly sequence: number; readonly isRepeat: boolean }
  /** The subject's last message is not the one that was expected; `head` is its number, or null where the server does not say. */
  | { readonly kind: "moved"; readonly head: number | null }
  | { readonly kind: "fault"; readonly fault: LogUnavailable }
  /** Not stored, for a reason that passes: no leader, no answer, too much at once. */
  | { readonly kind: "again"; readonly why: string };

/** What became of a message, at last. */
export type Fate = Exclude<Ack, { readonly kind: "again" }>;

const NO_RESPONDERS = 503;

/** Reads what came to a publication's own inbox. */
export function readAck(message: Msg, stream: string): Ack {
  if (message.headers?.code === NO_RESPONDERS) return { kind: "again", why: "nothing takes this subject" };
  const answer = objectIn(message);
  if (answer === null) return { kind: "again", why: "the answer is not JSON" };
  const refused = refusalIn(answer);
  if (refused !== null) return readRefusal(refused);
  if (answer["stream"] !== stream)
    return { kind: "fault", fault: regressed("Another stream has the log's subjects.") };
  const sequence = numberIn(answer, "seq") ?? 0;
  if (!Number.isSafeInteger(sequence) || sequence < 1)
    return { kind: "again", why: "the answer has no sequence" };
  return { kind: "stored", sequence, isRepeat: answer["duplicate"] === true };
}

function readRefusal(refused: Refused): Ack {
  if (refused.code === API.wrongHead) return { kind: "moved", head: headIn(refused.description) };
  if (refused.code === API.wrongHeadUnnamed) return { kind: "moved", head: null };
  const fault = faultOfRefusal(refused);
  return fault === null
    ? { kind: "again", why: `${refused.description} (${refused.code})` }
    : { kind: "fault", fault };
}

/** `wrong last sequence: 5` (nats-server `errors.json`, 10071). */
function headIn(description: string): number | null {
  const digits = /: (\d{1,15})$/.exec(description)?.[1];
  return digits === undefined ? null : Number(digits);
}
