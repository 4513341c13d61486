import { Deferred, Effect, Exit, Scope, Stream } from "effect";
import { call, post, reply } from "./call.ts";
import { type Core, finish, makeCore, release, wireEvents } from "./core.ts";
import type { Counters } from "./counters.ts";
import { type CodexFault, fault } from "./faults.ts";
import type { Inbound, Reply } from "./domain/inbound.ts";
import { type ConnectOptions, settle } from "./options.ts";
import type { MethodName, MethodParams, MethodResult } from "./protocol/methods.ts";
import { parseUserAgent } from "./protocol/version.ts";
import type { Target } from "./domain/target.ts";
import { openWire } from "./transport/open.ts";
import { watchSilence } from "./watch-silence.ts";

/** What the server said about itself in the handshake. */
export interface ServerInfo {
  readonly userAgent: string;
  /** Null when the user agent has a form that is not known. */
  readonly codexVersion: string | null;
  /** The first client of that process, under whose name all its threads run. */
  readonly originator: string | null;
  readonly codexHome: string;
  readonly platformFamily: string;
  readonly platformOs: string;
}

/**
 * One conversation with an app-server.
 *
 * It never answers a server's request by itself: such a request goes to every subscriber, the first answer wins and even an error is an answer, so a
 * watcher that speaks decides for the human whose turn it is. Whoever was told to decide says so with `answer`, and nothing else writes a reply.
 */
export interface Connection {
  readonly server: ServerInfo;
  /** Calls a method. `timeoutMs` replaces the deadline of the connection for this call. */
  readonly request: <Name extends MethodName>(
    method: Name,
    params: MethodParams<Name>,
    options?: { readonly timeoutMs?: number },
  ) => Effect.Effect<MethodResult<Name>, CodexFault>;
  /**
   * Answers one question that came out of this connection's `inbox`, at most once. It succeeds when the answer is written; that it was the first shows by
   * `serverRequest/resolved`. Fails with `not_asked`, and says nothing, where the question came by another connection, is over, or was answered here.
   */
  readonly answer: (reply: Reply) => Effect.Effect<void, CodexFault>;
  /**
   * What arrives by itself, in order of arrival, for one reader. It fails with the reason when the connection ends. An
   * owner that does not keep up loses the connection (`inbox_overflow`), never a single message: it
   * reconnects and reads what it missed from the server.
   */
  readonly inbox: Stream.Stream<Inbound, CodexFault>;
  /** Completes with the reason when the connection has ended. */
  readonly closed: Effect.Effect<CodexFault>;
  readonly counters: Readonly<Counters>;
}

/**
 * Opens a transport, shakes hands and watches the server's pulse; closing the scope ends it all. Fails with a fault of
 * the transport or of the handshake, within the two deadlines.
 */
export const connect = Effect.fnUntraced(function* (
  target: Target,
  options: ConnectOptions,
): Effect.fn.Return<Connection, CodexFault, Scope.Scope> {
  const settings = settle(options);
  const core = yield* makeCore(options, settings);
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => finish(core, fault("closed_by_owner", { message: "the owner closed the connection" }))),
  );
  const wireScope = yield* Scope.fork(yield* Effect.scope);
  core.wire = yield* openWire(target, settings, wireEvents(core)).pipe(Scope.provide(wireScope));
  // Whatever ends the conversation also lets go of the transport, without waiting for the owner.
  yield* Effect.forkScoped(Effect.andThen(Deferred.await(core.ended), Scope.close(wireScope, Exit.void)));
  const server = yield* shakeHands(core, options).pipe(
    Effect.tapError((why) => Effect.sync(() => finish(core, why))),
  );
  yield* Effect.forkScoped(watchSilence(core));
  return bind(core, server);
});

function bind(core: Core, server: ServerInfo): Connection {
  return {
    server,
    request: (method, params, options) =>
      call(core, method, params, options?.timeoutMs ?? core.settings.deadlines.requestMs),
    answer: (answered) => reply(core, answered),
    inbox: Stream.fromQueue(core.inbox).pipe(Stream.map((parcel) => release(core, parcel))),
    closed: Deferred.await(core.ended),
    counters: core.counters,
  };
}

function shakeHands(core: Core, options: ConnectOptions): Effect.Effect<ServerInfo, CodexFault> {
  const optOut = options.optOutNotificationMethods;
  const capabilities = {
    experimentalApi: options.experimentalApi ?? false,
    requestAttestation: false,
    ...(optOut && { optOutNotificationMethods: [...optOut] }),
  };
  const { handshakeMs } = core.settings.deadlines;
  return call(core, "initialize", { clientInfo: options.clientInfo, capabilities }, handshakeMs).pipe(
    Effect.mapError(handshakeFault),
    Effect.map((result) => {
      post(core, { method: "initialized" });
      return {
        ...(parseUserAgent(result.userAgent) ?? { codexVersion: null, originator: null }),
        ...pick(result),
      };
    }),
  );
}

function pick({ userAgent, codexHome, platformFamily, platformOs }: MethodResult<"initialize">) {
  return { userAgent, codexHome, platformFamily, platformOs };
}

function handshakeFault(cause: CodexFault): CodexFault {
  if (cause.code === "request_timeout") {
    return fault("handshake_timeout", { ...cause, message: "the server did not answer initialize in time" });
  }
  if (cause.code !== "rejected" && cause.code !== "reply_malformed") return cause;
  return fault("handshake_refused", { ...cause, message: `initialize was refused: ${cause.message}` });
}
