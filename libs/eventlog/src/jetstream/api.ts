/** Asks the JetStream API. What the server refuses is an answer; that it does not answer is a fault. */
import type { Sequence } from "@claw/events";
import { type Msg, MsgHdrsImpl } from "@nats-io/transport-node";
import { Effect } from "effect";
import type { LogUnavailable } from "../faults.ts";
import type { RawMessage } from "../raw-log.ts";
import { type Answer, asObject, numberIn, objectIn } from "./answer.ts";
import { API, failedAt, faultOf, faultOfRefusal, type Refused, unreachable } from "./faults.ts";
import type { NatsLink } from "./link.ts";

/** As long as a leader's election may take; a question that waits longer is asked again by whoever asked. */
const TIMEOUT_MS = 3_000;
/** For what a cluster has to agree on. */
const CHANGE_TIMEOUT_MS = 10_000;
const CHANGES = /^\$JS\.API\.STREAM\.(CREATE|UPDATE|DELETE)\./;
export const MESSAGE_ID = "Nats-Msg-Id";

export type Asked =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly refused: Refused };

/** What asking needs of a link. */
export type Line = Pick<NatsLink, "connection" | "wire">;

/** One request of the API: `STREAM.INFO.<name>` and its like. */
export const ask = (line: Line, request: string, payload?: object): Effect.Effect<Asked, LogUnavailable> =>
  Effect.flatMap(
    requestOnce(line, `$JS.API.${request}`, payload === undefined ? "" : JSON.stringify(payload)),
    readAnswer,
  );

/** A request that fails as soon as the wire breaks: the client would wait for its whole time. */
export const requestOnce = (
  { connection, wire }: Line,
  subject: string,
  payload: string,
): Effect.Effect<Msg, LogUnavailable> =>
  Effect.callback((resume) => {
    if (!wire.isUp()) return resume(Effect.fail(unreachable("JetStream: not connected")));
    const unwatch = wire.watch(({ kind }) => {
      if (kind === "down" || kind === "closed")
        resume(Effect.fail(unreachable("JetStream: the connection was lost")));
    });
    connection
      .request(subject, payload, { timeout: CHANGES.test(subject) ? CHANGE_TIMEOUT_MS : TIMEOUT_MS })
      .then(
        (message) => resume(Effect.succeed(message)),
        (error: unknown) => resume(Effect.fail(faultOf(error, "JetStream"))),
      )
      .finally(unwatch);
    return Effect.sync(unwatch);
  });

/** The answer, where a refusal is a fault. */
export const mustAsk = (
  line: Line,
  request: string,
  payload?: object,
): Effect.Effect<Answer, LogUnavailable> =>
  Effect.flatMap(ask(line, request, payload), (asked) =>
    asked.ok ? Effect.succeed(asked.answer) : Effect.fail(faultFor(asked.refused)),
  );

/** The fault that an answer's refusal is. A cluster without a leader is away, whoever says so. */
export function faultFor(refused: Refused): LogUnavailable {
  const detail = `The server says: ${refused.description} (${refused.code}).`;
  const fault = refused.code === API.notAvailable ? unreachable(detail) : failedAt(detail);
  return faultOfRefusal(refused) ?? fault;
}

function readAnswer(message: Msg): Effect.Effect<Asked, LogUnavailable> {
  const answer = objectIn(message);
  if (answer === null) return Effect.fail(failedAt("The server's answer is not JSON."));
  const refused = refusalIn(answer);
  return Effect.succeed(refused === null ? { ok: true, answer } : { ok: false, refused });
}

/** The refusal in an answer or an acknowledgement, or null. */
export function refusalIn(answer: Answer): Refused | null {
  const error = asObject(answer["error"]);
  if (error === null) return null;
  const code = numberIn(error, "err_code") ?? numberIn(error, "code") ?? 0;
  const description = error["description"];
  return { code, description: typeof description === "string" ? description.slice(0, 200) : "" };
}

/** Which message: by number, the last of a subject, or the next of a subject from a number on. */
export type Which =
  | { readonly seq: number }
  | { readonly last_by_subj: string }
  | { readonly seq: number; readonly next_by_subj: string };

/**
 * One stored message, or null. Asks the stream's leader and not the nearest replica (`DIRECT.GET`), which may not have yet what was just
 * acknowledged; and in JSON, where a stored header cannot pose as the server's.
 */
export const getMessage = (
  line: Line,
  stream: string,
  which: Which,
): Effect.Effect<RawMessage | null, LogUnavailable> =>
  Effect.flatMap(ask(line, `STREAM.MSG.GET.${stream}`, which), (asked) => {
    if (!asked.ok)
      return asked.refused.code === API.noMessage
        ? Effect.succeed(null)
        : Effect.fail(faultFor(asked.refused));
    const message = storedMessage(asObject(asked.answer["message"]));
    return message === null
      ? Effect.fail(failedAt("The server's message cannot be read."))
      : Effect.succeed(message);
  });

function storedMessage(message: Answer | null): RawMessage | null {
  const sequence = numberIn(message, "seq");
  const { subject, hdrs, data } = message ?? {};
  if (sequence === null || typeof subject !== "string") return null;
  return {
    sequence: sequence as Sequence,
    subject,
    messageId: typeof hdrs === "string" ? messageIdIn(Buffer.from(hdrs, "base64")) : null,
    data: typeof data === "string" ? Buffer.from(data, "base64") : new Uint8Array(0),
  };
}

function messageIdIn(block: Uint8Array): string | null {
  const headers = MsgHdrsImpl.decode(block);
  return headers.has(MESSAGE_ID) ? headers.get(MESSAGE_ID) : null;
}
