/** `claw run ingest`: the door for connectors. Any number of them share the hosts. */
import { openJetStreamPulse } from "@claw/eventlog";
import { ingestSettings, startIngest } from "@claw/ingest";
import type { Stopped } from "@claw/runtime";
import { askReceipts, lastReceiptOf, makeUplinks, servePages } from "@claw/wire";
import { Effect } from "effect";
import { allFromEnvironment } from "../../house/settings.ts";
import { tellReady } from "../ready.ts";
import { serviceSettings, uplinkSettings } from "../settings.ts";
import { connectAs, trustOf } from "./link.ts";
import { historyOver, openLogOrStop } from "./log.ts";
import { openShell } from "./shell.ts";
import { countTalk } from "./talk.ts";
import { serveUplinks } from "./uplink-server.ts";

/** What ingest's key may hear: the heartbeats that the other ingests pass on. */
const HEARS = "pulse.*.host.*";

export const runIngest: Effect.Effect<never, Stopped> = Effect.scoped(
  Effect.gen(function* () {
    const settings = yield* allFromEnvironment({
      service: serviceSettings,
      uplink: uplinkSettings,
      ingest: ingestSettings,
    });
    const shell = yield* openShell("ingest", settings.service);
    const link = yield* connectAs(shell, "ingest");
    const { connection } = link;
    const log = yield* openLogOrStop(shell, link, { trust: yield* trustOf(shell, "ingest") });
    const talk = countTalk(shell);
    const ingestId = shell.ids.newId("ing");
    const { publicUrl } = settings.uplink;
    // Ingest does not know where gateways listen: people say by what name they are called.
    const mcpUrl = publicUrl === undefined ? null : new URL("/mcp", publicUrl).href;
    const ingest = yield* Effect.raceFirst(
      startIngest({
        ...shell,
        settings: settings.ingest,
        mcpUrl: () => mcpUrl,
        log,
        history: historyOver(link),
        pulse: openJetStreamPulse(link, { subject: HEARS }),
        receipts: askReceipts(connection, { ...talk, lastReceipt: lastReceiptOf(connection, talk) }),
        uplinks: makeUplinks(connection, ingestId, talk),
        ingestId,
      }),
      log.stopped,
    );
    yield* servePages(connection, ingest.pages, ingest.holds, talk);
    const url = yield* serveUplinks(settings.uplink, ingest.handleUpgrade);
    tellReady({ url, madeToken: false });
    return yield* Effect.raceFirst(ingest.ended, log.stopped);
  }),
);
