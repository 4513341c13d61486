import { Effect, type Scope } from "effect";
import { type CodexFault, fault } from "../faults.ts";
import type { Settings } from "../options.ts";
import type { Target, WebsocketTarget } from "../domain/target.ts";
import { checkExposure } from "../target.ts";
import { openStdio } from "./stdio.ts";
import { openUnix } from "./unix.ts";
import { openWebsocket } from "./websocket.ts";
import type { Wire, WireEvents } from "./wire.ts";

/** Opens the transport of a target; it closes with the scope. */
export function openWire(
  target: Target,
  settings: Settings,
  events: WireEvents,
): Effect.Effect<Wire, CodexFault, Scope.Scope> {
  if (target.kind === "unix") return openUnix(target, settings, events);
  return target.kind === "stdio" ? openStdio(target, settings, events) : openTcp(target, settings, events);
}

const openTcp = Effect.fnUntraced(function* (
  target: WebsocketTarget,
  settings: Settings,
  events: WireEvents,
) {
  const refused = checkExposure(target);
  if (refused) return yield* refused;
  const token = yield* readBearer(target, settings.deadlines.connectMs);
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  return yield* openWebsocket({ url: target.url, headers }, settings, events);
});

/** The provider's own error is dropped: it could hold the token. */
function readBearer(
  { bearer }: WebsocketTarget,
  timeoutMs: number,
): Effect.Effect<string | null, CodexFault> {
  if (!bearer) return Effect.succeed(null);
  const missing = fault("bearer_missing", { message: "the bearer token could not be obtained" });
  return Effect.tryPromise({ try: async () => bearer(), catch: () => missing }).pipe(
    Effect.timeoutOrElse({ duration: timeoutMs, orElse: () => Effect.fail(missing) }),
    Effect.filterOrFail(
      (token) => /^[\x21-\x7e]+$/.test(token),
      () => missing,
    ),
  );
}
