/** A nats-server as a measure wants it, and a bare log on it: no accounts, no services. */
import { type JetStreamLog, connectNats, openJetStreamLog, openKeeper } from "@claw/eventlog";
import { startNatsServer } from "@claw/testkit/nats";
import { Effect } from "effect";

/** How the server syncs: each two minutes, as it does by itself, or before each acknowledgement. */
export const SYNCS = ["default", "always"] as const;
export type Sync = (typeof SYNCS)[number];

/** Lines of the server's jetstream block. */
export const JETSTREAM: Readonly<Record<Sync, string>> = {
  default: "",
  always: "sync_interval: always",
};

/** Runs work against an empty log on a server of its own. */
export async function withJetStreamLog<Value>(
  sync: Sync,
  work: (log: JetStreamLog) => Effect.Effect<Value, unknown>,
): Promise<Value> {
  const server = await startNatsServer({ jetstream: JETSTREAM[sync] });
  const opened = Effect.gen(function* () {
    const link = yield* connectNats({ url: server.url, name: "bench" });
    yield* openKeeper(link).ensure(true);
    return yield* work(yield* openJetStreamLog(link));
  });
  try {
    return await Effect.runPromise(Effect.scoped(opened));
  } finally {
    await server.remove();
  }
}
