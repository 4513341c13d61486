/** Each conversation with no more than it needs: an asker publishes its subject and hears its inbox, a server hears its subject and may answer. */
import { Epoch, HostId, position } from "@claw/events";
import { nkeys, nkeyAuthenticator } from "@nats-io/transport-node";
import { Effect, Stream } from "effect";
import { expect, it } from "vitest";
import {
  askClaims,
  askGate,
  askHistory,
  askPages,
  askReceipts,
  serveClaims,
  serveGate,
  serveHistory,
  servePages,
  serveReceipts,
} from "../src/index.ts";
import { openOwnWorld, run, troubles } from "./talk-world.ts";

const REQUESTS = ["gate.submit", "gate.claim", "ledger.read", "ledger.receipt", "page.*"];
const list = (subjects: readonly string[]): string => `[${subjects.map((one) => `"${one}"`).join(", ")}]`;

it("asking and answering need no other permission, and an asker cannot answer", async () => {
  const [server, asker] = [nkeys.createUser(), nkeys.createUser()];
  const world = await openOwnWorld({
    config: `authorization { users: [
      { nkey: ${server.getPublicKey()}, permissions: { publish: ["_INBOX_asker.>"], subscribe: ${list([...REQUESTS, "_INBOX_server.>"])} } },
      { nkey: ${asker.getPublicKey()}, permissions: { publish: ${list(REQUESTS)}, subscribe: ["_INBOX_asker.>"] } }
    ] }`,
  });
  const connection = (name: string, pair: typeof server) =>
    world.connection({ authenticator: nkeyAuthenticator(pair.getSeed()), inboxPrefix: `_INBOX_${name}` });
  const [serving, asking] = [await connection("server", server), await connection("asker", asker)];
  const { all, onTrouble } = troubles();
  const verdict = {
    decision: "refused",
    code: "bad_request",
    facts: {},
    entryId: null,
    position: null,
  } as const;
  const page = { events: [], bodies: [], nextCursor: null };
  const hostId = HostId.parse("h1");
  const epoch = Epoch.parse("ab".repeat(16));
  const receipt = { hostId, epoch, confirmed: 4, missing: [], isProven: true };
  const answers = await run(
    Effect.gen(function* () {
      yield* serveGate(serving, { submit: () => Effect.succeed(verdict) }, { onTrouble });
      yield* serveClaims(serving, { submit: () => Effect.succeed(verdict) }, { onTrouble });
      yield* servePages(serving, { read: () => Effect.succeed(page) }, () => true, { onTrouble });
      yield* serveReceipts(serving, { of: () => Effect.succeed(receipt) }, { onTrouble });
      yield* serveHistory(serving, () => Stream.empty, { stands: () => position(9), onTrouble });
      const command = { type: "quarantine.retry", commandId: "c-1", position: 1 } as never;
      const claim = { type: "ledger.promote", commandId: "c-2", ledgerId: "l-1", reason: "first" } as never;
      const principal = { kind: "person", name: "ada", role: "admin" } as const;
      const request = { hostId, endpointId: "main", sessionId: "s", cursor: null, limit: 1 } as never;
      return yield* Effect.all([
        askGate(asking, { onTrouble }).submit(command, principal),
        askClaims(asking, { onTrouble }).submit(claim, principal),
        askPages(asking, { onTrouble }).read(request),
        askReceipts(asking, { onTrouble, lastReceipt: () => Effect.succeed(null) }).of(hostId, epoch),
        Stream.runCollect(
          askHistory(asking, { onTrouble }).read({ after: position(0), through: position(9) }),
        ),
      ]);
    }),
  );
  expect(answers).toEqual([verdict, verdict, page, receipt, []]);
  expect(all).toEqual([]);
  await run(serveGate(asking, { submit: () => Effect.succeed(verdict) }, { onTrouble }));
  expect(all).toEqual(["gate/forbidden"]);
});
