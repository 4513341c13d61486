import { Effect, Random, Result } from "effect";
import type { z } from "zod";
import type { Core } from "./core.ts";
import { backoffMs } from "./domain/backoff.ts";
import type { Outcome } from "./domain/framing.ts";
import { sortRejection } from "./domain/rejection.ts";
import type { Reply } from "./domain/inbound.ts";
import { type CodexFault, fault } from "./faults.ts";
import { type MethodName, type MethodParams, type MethodResult, methods } from "./protocol/methods.ts";
import { answers } from "./protocol/server-requests.ts";

/**
 * Calls a method. When the server is overloaded and the method may be repeated, it is asked again after a random
 * wait below an exponential ceiling; the deadline spans the repeats.
 */
export function call<Name extends MethodName>(
  core: Core,
  method: Name,
  params: MethodParams<Name>,
  timeoutMs: number,
): Effect.Effect<MethodResult<Name>, CodexFault> {
  const late = () => {
    core.counters.timeouts += 1;
    return Effect.fail(
      fault("request_timeout", { message: `${method}: no answer in time`, method, timeoutMs }),
    );
  };
  return persist(core, method, params).pipe(
    Effect.timeoutOrElse({ duration: timeoutMs, orElse: late }),
    Effect.flatMap((value) => readResult(method, value)),
  );
}

const persist = Effect.fnUntraced(function* (core: Core, method: MethodName, params: unknown) {
  const { backoff } = core.settings;
  const repeats = methods[method].idempotent ? backoff.repeats : 0;
  for (let attempt = 0; ; attempt += 1) {
    const answer = yield* Effect.result(ask(core, method, params));
    if (Result.isSuccess(answer)) return answer.success;
    if (answer.failure.code !== "overloaded" || attempt >= repeats) return yield* answer.failure;
    core.counters.repeats += 1;
    yield* Effect.sleep(backoffMs(backoff, attempt, yield* Random.next));
  }
});

/** One question and its answer. When the asker stops waiting, the answer will be counted as late. */
function ask(core: Core, method: MethodName, params: unknown): Effect.Effect<unknown, CodexFault> {
  return Effect.callback((resume) => {
    const { wire, over } = core;
    if (over) return resume(Effect.fail(over));
    if (!wire || wire.outboundBytes() > core.settings.limits.outboundBytes) {
      return resume(
        Effect.fail(fault("outbound_full", { message: `${method}: the server does not read`, method })),
      );
    }
    const id = core.calls.open({
      outcome: (outcome) => resume(judge(core, method, outcome)),
      lost: (why) => resume(Effect.fail(why)),
    });
    if (id === null) {
      return resume(
        Effect.fail(fault("inflight_full", { message: `${method}: too many open calls`, method })),
      );
    }
    post(core, { method, id, params });
    return Effect.sync(() => core.calls.abandon(id));
  });
}

/**
 * Replies to a question of the server that this connection heard and that is still open; the only place in which a reply is written. It is never said
 * twice, never an error, and never of a shape that the kind of the question does not have: a reply that Codex cannot read would deny.
 */
export function reply(core: Core, { request, result }: Reply): Effect.Effect<void, CodexFault> {
  return Effect.suspend(() => {
    const { wire, over } = core;
    const { id, method } = request;
    const written = answers[method].parse(result);
    if (over) return Effect.fail(over);
    if (!wire || wire.outboundBytes() > core.settings.limits.outboundBytes)
      return Effect.fail(fault("outbound_full", { message: `${method}: the server does not read`, method }));
    if (!core.asked.take(request))
      return Effect.fail(fault("not_asked", { message: `${method}: the question is not open here`, method }));
    core.counters.answers += 1;
    post(core, { id, result: written });
    return Effect.void;
  });
}

/** Writes one message. Codex wants `params` on every request, if only an empty object. */
export function post(core: Core, message: Readonly<Record<string, unknown>>): void {
  const text = JSON.stringify(message);
  core.counters.framesOut += 1;
  core.counters.bytesOut += Buffer.byteLength(text);
  core.wire?.send(text);
}

function judge(core: Core, method: MethodName, outcome: Outcome): Effect.Effect<unknown, CodexFault> {
  if (outcome.kind === "result") return Effect.succeed(outcome.value);
  if (outcome.kind === "malformed") {
    const message = `${method}: the reply has neither result nor error`;
    return Effect.fail(fault("reply_malformed", { message, method }));
  }
  const code = sortRejection(outcome);
  if (code === "overloaded") core.counters.overloads += 1;
  return Effect.fail(fault(code, { message: outcome.message, method, rpcCode: outcome.code }));
}

/** Reads a result by the method's schema. The fault names the place that does not fit, not what is there. */
function readResult<Name extends MethodName>(
  method: Name,
  value: unknown,
): Effect.Effect<MethodResult<Name>, CodexFault> {
  const schema: z.ZodType = methods[method].result;
  const read = schema.safeParse(value);
  // The table ties this name to this schema; the compiler cannot follow a lookup by a generic name.
  if (read.success) return Effect.succeed(read.data as MethodResult<Name>);
  const [issue] = read.error.issues;
  const place = issue ? `${issue.path.join(".")} (${issue.code})` : "somewhere";
  return Effect.fail(
    fault("reply_malformed", { message: `${method}: unexpected result at ${place}`, method }),
  );
}
