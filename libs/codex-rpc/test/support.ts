import {
  connect,
  type Connection,
  type ConnectOptions,
  type Inbound,
  type KnownNotification,
  type NotificationMethod,
  type CodexFault,
  type Target,
} from "@claw/codex-rpc";
import { type Mailbox, makeMailbox } from "@claw/testkit";
import { Effect, type Scope, Stream } from "effect";

export const clientInfo = { name: "claw-test", title: "Claw test", version: "0.0.1" };

/** A connection with its inbox read into a mailbox. */
export interface Watched {
  readonly connection: Connection;
  readonly inbox: Mailbox<Inbound>;
}

/** Connects and begins to read the inbox. */
export const watch = Effect.fnUntraced(function* (
  target: Target,
  options: Partial<ConnectOptions> = {},
): Effect.fn.Return<Watched, CodexFault, Scope.Scope> {
  const connection = yield* connect(target, { clientInfo, ...options });
  const inbox = makeMailbox<Inbound>();
  yield* connection.inbox.pipe(
    Stream.runForEach((inbound) => Effect.sync(() => inbox.put(inbound))),
    Effect.ignore,
    Effect.forkScoped,
  );
  return { connection, inbox };
});

/** The next notification of a method that is read here. */
export function next<Method extends NotificationMethod>(
  { inbox }: Watched,
  method: Method,
): Effect.Effect<Extract<KnownNotification, { readonly method: Method }>> {
  return Effect.promise(async () => {
    const inbound = await inbox.take(
      (one) => one.kind === "notification" && one.known && one.method === method,
    );
    return inbound as Extract<KnownNotification, { readonly method: Method }>;
  });
}

/** The next of another kind, for instance a server's request. */
export function nextOf<Kind extends Inbound["kind"]>(
  { inbox }: Watched,
  kind: Kind,
): Effect.Effect<Extract<Inbound, { readonly kind: Kind }>> {
  return Effect.promise(async () => {
    const inbound = await inbox.take((one) => one.kind === kind);
    return inbound as Extract<Inbound, { readonly kind: Kind }>;
  });
}

/** What has arrived so far of the notifications read here, by method, in order. */
export function methodsSoFar({ inbox }: Watched): readonly string[] {
  return inbox.all.flatMap((one) => (one.kind === "notification" && one.known ? [one.method] : []));
}
