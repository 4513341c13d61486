/** `claw run policy`: decides and records, when it leads; stands by, when another one does. */
import { openJetStreamPulse } from "@claw/eventlog";
import { startPolicy } from "@claw/policy";
import type { Stopped } from "@claw/runtime";
import { serveClaims, serveGate } from "@claw/wire";
import { Effect } from "effect";
import { fromEnvironment } from "../../house/settings.ts";
import { tellReady } from "../ready.ts";
import { serviceSettings } from "../settings.ts";
import { connectAs, signerFor, trustOf } from "./link.ts";
import { historyOver, openLogOrStop } from "./log.ts";
import { openShell } from "./shell.ts";
import { countTalk } from "./talk.ts";

/** What the policy's key may hear: the fleet's own beats. */
const HEARS = "pulse.*.fleet.*";

export const runPolicy: Effect.Effect<never, Stopped> = Effect.scoped(
  Effect.gen(function* () {
    const shell = yield* openShell("policy", yield* fromEnvironment(serviceSettings));
    const link = yield* connectAs(shell, "policy");
    const trust = yield* trustOf(shell, "policy");
    const belief = { trust, sign: yield* signerFor(shell, trust) };
    const log = yield* openLogOrStop(shell, link, belief);
    const pulse = openJetStreamPulse(link, { subject: HEARS });
    const policy = yield* Effect.raceFirst(
      startPolicy({ ...shell, log, history: historyOver(link), pulse }),
      log.stopped,
    );
    tellReady({ url: null, madeToken: false });
    const { connection } = link;
    const talk = countTalk(shell);
    const gate = policy.whileLeading(
      Effect.andThen(serveGate(connection, policy.gate, talk), serveClaims(connection, policy.gate, talk)),
    );
    return yield* Effect.raceAllFirst([gate, policy.ended, log.stopped]);
  }),
);
