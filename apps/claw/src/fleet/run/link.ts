/** A service's connection to NATS, and what is said of it. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import {
  connectNats,
  type LogUnavailable,
  type NatsLink,
  proveDurability,
  publicKeyOf,
  type Sign,
  signerOf,
  type Trust,
} from "@claw/eventlog";
import { EXIT, Stopped } from "@claw/runtime";
import { Effect, Schedule, type Scope } from "effect";
import type { Service } from "../accounts.ts";
import { keyFileOf, keysDirOf, readSeed, readTrust } from "../keys/key-files.ts";
import type { Shell } from "./shell.ts";

/** Connects as a service, however long the server takes to come; `nats` in health says whether the wire holds. */
export const connectAs = Effect.fnUntraced(function* (
  shell: Shell,
  service: Service,
): Effect.fn.Return<NatsLink, Stopped, Scope.Scope> {
  const { health, diagnostics } = shell;
  const link = yield* linkWith(shell, service, ownKeyFile(shell, service));
  const tell = (): void =>
    health.set("nats", {
      ok: link.wire.isUp(),
      detail: link.wire.isUp() ? "connected" : "the server is away",
    });
  tell();
  const unwatch = link.wire.watch((change) => {
    tell();
    if (change.kind === "refused")
      diagnostics.error(
        { part: "nats", subject: change.subject },
        "the server refuses a subject to this key",
      );
  });
  yield* Effect.addFinalizer(() => Effect.sync(unwatch));
  // Said by one service of a fleet: four sentences about one server are three too many.
  if (link.server.rating !== "recommended")
    diagnostics[service === "projector" ? "warn" : "debug"](
      { part: "nats" },
      `nats-server ${link.server.version} works; 2.14.3 or newer is recommended`,
    );
  return link;
});

/** The keeper's connection, or null on a machine that has no `keeper.nk`: its projector can only be a replica. */
export const connectKeeper = (shell: Shell): Effect.Effect<NatsLink | null, Stopped, Scope.Scope> => {
  const file = keyFileOf(keysDirOf(shell.dataDir), "keeper");
  return existsSync(file) ? linkWith(shell, "keeper", file) : Effect.succeed(null);
};

/** Whose decisions this service believes, from the folder of its own key. */
export const trustOf = (shell: Shell, service: Service): Effect.Effect<Trust, Stopped> =>
  readTrust(dirname(ownKeyFile(shell, service)));

/** How policy signs. Stops where nobody would believe it: its own key is not among those that services are given. */
export const signerFor = (shell: Shell, { policyKeys }: Trust): Effect.Effect<Sign, Stopped> =>
  Effect.flatMap(readSeed(ownKeyFile(shell, "policy")), (seed) => {
    const key = publicKeyOf(seed);
    if (key !== null && policyKeys.includes(key)) return Effect.succeed(signerOf(seed));
    const sentence =
      "policy.pub does not hold the key of policy.nk: `claw nats keys <dir>` adds it, and then it belongs beside the key of every service.";
    return Effect.fail(new Stopped({ sentence, exitCode: EXIT.usage }));
  });

const ownKeyFile = ({ settings, dataDir }: Shell, service: Service): string =>
  settings.keyFile ?? keyFileOf(keysDirOf(dataDir), service);

const linkWith = (
  shell: Shell,
  service: Service,
  file: string,
): Effect.Effect<NatsLink, Stopped, Scope.Scope> =>
  Effect.flatMap(readSeed(file), (seed) =>
    connectNats({
      url: shell.settings.logUrl,
      name: service,
      seed,
      allowOld: shell.settings.allowOld,
      waitMs: Number.POSITIVE_INFINITY,
      onWait: ({ detail }) => shell.health.set("nats", { ok: false, detail }),
    }).pipe(Effect.mapError(stoppedBy)),
  );

/** How often the servers are asked again: their configuration may change under us. */
const PROVE_EVERY = "60 seconds";

/** Keeps saying in health whether what the servers acknowledge is on their disks. Never stops a service: it is said, not enforced (DESIGN 14.5). */
export const watchDurability = Effect.fnUntraced(function* (
  shell: Shell,
): Effect.fn.Return<void, Stopped, Scope.Scope> {
  const { health, dataDir } = shell;
  const file = keyFileOf(keysDirOf(dataDir), "watcher");
  if (!existsSync(file))
    return health.set("durability", {
      ok: true,
      detail: "best-effort: no watcher.nk here to ask the servers with",
    });
  const link = yield* linkWith(shell, "watcher", file);
  const prove = Effect.map(proveDurability(link), ({ state, reason }) =>
    health.set("durability", { ok: true, detail: `${state}: ${reason}` }),
  );
  yield* prove;
  yield* Effect.forkScoped(Effect.repeat(prove, Schedule.spaced(PROVE_EVERY)));
});

const WAYS_OUT: Readonly<Partial<Record<LogUnavailable["reason"], string>>> = {
  regressed:
    "This generation of the log is over (log.regressed); started again, this service waits for the next one.",
  forbidden: "Check the key in CLAW_TOKEN_FILE and the server's accounts.conf (`claw nats config`).",
  too_old: "Install a newer nats-server, or set CLAW_LOG_ALLOW_OLD=1 and live with what a power cut takes.",
  drifted: "The stream was made or changed by something else: docs/do/run-a-fleet.md says what to do.",
};

/** The sentence that a process stops with when the log will not come back by waiting. */
export const stoppedBy = ({ reason, detail }: LogUnavailable): Stopped =>
  new Stopped({
    sentence: `${detail.replace(/\.?$/, ".")} ${WAYS_OUT[reason] ?? "Start again; if it stays so, look at `claw doctor`."}`,
    exitCode: EXIT.fault,
  });
