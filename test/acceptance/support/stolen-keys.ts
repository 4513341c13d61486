/** What whoever has a service's own key can try on the log's server: poisoned messages, forged decisions, and all that the key does not open (RELIABILITY S7, S9). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connectNats, messageOf, openKeeper } from "@claw/eventlog";
import { canonical, DECIDED, EntryId, type Json, seal, stampEntry } from "@claw/events";
import { Effect } from "effect";
import { expect } from "vitest";
import { readOutbox } from "./evidence.ts";
import type { Fleet } from "./fleet.ts";
import { rawEvent } from "./raw-uplink.ts";
import { until } from "./until.ts";

/** The host under whose name it is tried, and where its outbox is. */
export interface Victim {
  readonly hostId: string;
  readonly dataDir: string;
}

/** A token as an admin would have made it. */
export const createdToken = (): Json => ({
  tokenId: "forged",
  tokenDigest: "0".repeat(64),
  principal: { kind: "person", name: "forged", role: "admin" },
  until: null,
});

/** S7, S9: what reaches the stream with a service's own key, and is not what it should be, is quarantined in its place. */
export async function usesServicesKeys(fleet: Fleet, { hostId, dataDir }: Victim): Promise<void> {
  const { epoch, lastSeq } = readOutbox(dataDir);
  const seed = readFileSync(join(fleet.keysDir, "ingest.nk"), "utf8").trim();
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { connection, wire } = yield* connectNats({ url: fleet.nats.url, name: "ingest", seed });
        const refusals = new Set<string>();
        wire.watch((change) => change.kind === "refused" && refusals.add(change.subject));
        const { headers } = yield* Effect.promise(() => import("@nats-io/transport-node"));
        for (let n = 1; n <= 200; n += 1) {
          const poison = headers();
          poison.set("Nats-Msg-Id", `host/${hostId}/${epoch}/${lastSeq + n}`);
          connection.publish("log.00.session.x", "poison", { headers: poison });
        }
        const rollup = headers();
        rollup.set("Nats-Rollup", "all");
        connection.publish("log.00.session.x", "rollup", { headers: rollup });
        connection.publish("log.01.host.nobody", canonical({ not: "an entry" }));
        const forbidden = ["log.decided", "receipt.victim", "gate.submit"];
        for (const what of ["PURGE", "DELETE", "MSG.DELETE"])
          forbidden.push(`$JS.API.STREAM.${what}.CLAW_LOG_1`);
        for (const subject of forbidden) connection.publish(subject, "forged");
        yield* Effect.promise(() => connection.flush());
        yield* Effect.promise(() =>
          until("the server refuses them all", () => forbidden.every((subject) => refusals.has(subject))),
        );
        yield* Effect.promise(() => forgesADecision(connection, headers()));
      }),
    ),
  );
  const keeper = readFileSync(join(fleet.keysDir, "keeper.nk"), "utf8").trim();
  const current = await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const link = yield* connectNats({ url: fleet.nats.url, name: "keeper", seed: keeper });
        const { headers } = yield* Effect.promise(() => import("@nats-io/transport-node"));
        yield* Effect.promise(() => usesTheKeepersKey(link.connection, headers()));
        return yield* openKeeper(link).current;
      }),
    ),
  );
  expect(current).toBe(1);
}

type Connection = Effect.Success<ReturnType<typeof connectNats>>["connection"];
type Headers = NonNullable<Parameters<Connection["publish"]>[2]>["headers"] & object;

/** A decision that is perfect in every respect but its signature. */
function forgedDecision(name: string) {
  const said = seal(DECIDED, null, [rawEvent("token.created", createdToken())], () => "");
  const id = EntryId.parse(`decision/${name}`);
  return messageOf(stampEntry(said, { id, by: { kind: "policy" }, at: Date.now() }));
}

/** The keeper may publish anything in the log, because it begins generations. Decide it cannot. */
async function usesTheKeepersKey(connection: Connection, marked: Headers): Promise<void> {
  const { subject, messageId, data } = forgedDecision("by-keeper");
  marked.set("Nats-Msg-Id", messageId);
  await connection.request(subject, data, { headers: marked, timeout: 5_000 });
}

/** E17: the key may not publish there, but the server delivers what a consumer is asked for to wherever the answer is wanted. */
async function forgesADecision(connection: Connection, marked: Headers): Promise<void> {
  const { messageId, data } = forgedDecision("by-ingest");
  marked.set("Nats-Msg-Id", messageId);
  connection.publish("pulse.13.host.mallory", data, { headers: marked });
  const config = { name: "forger", filter_subject: "pulse.13.host.mallory", ack_policy: "none" };
  const made = await connection.request(
    "$JS.API.CONSUMER.CREATE.CLAW_PULSE.forger.pulse.13.host.mallory",
    JSON.stringify({ stream_name: "CLAW_PULSE", config }),
  );
  expect(made.json<{ error?: object }>().error).toBeUndefined();
  connection.publish("$JS.API.CONSUMER.MSG.NEXT.CLAW_PULSE.forger", "1", { reply: "log.decided" });
  await connection.flush();
}
