/** The log and the ledger of record, as a service of a fleet has them. */
import {
  type History,
  type JetStreamLog,
  type JetStreamLogOptions,
  type LogStats,
  LogUnavailable,
  type NatsLink,
  openJetStreamLog,
} from "@claw/eventlog";
import { gauge, type Health, type Stopped } from "@claw/runtime";
import { askHistory } from "@claw/wire";
import { Effect, Schedule, type Scope, Stream } from "effect";
import { stoppedBy } from "./link.ts";
import { type Share, shareOf } from "./share.ts";
import type { Shell } from "./shell.ts";

/** Whose decisions are believed, and, of policy, how its own are signed. */
export type Belief = Required<Pick<JetStreamLogOptions, "trust">> & Pick<JetStreamLogOptions, "sign">;

/** The generation that there is; waits while there is none. `log` in health says what is waited for. */
export const openLog = (
  { health }: Pick<Shell, "health">,
  link: NatsLink,
  belief: Belief,
): Effect.Effect<JetStreamLog, LogUnavailable, Scope.Scope> =>
  openJetStreamLog(link, {
    ...belief,
    onWait: (why) => health.set("log", { ok: false, detail: why }),
  }).pipe(Effect.tap((log) => Effect.forkScoped(Effect.repeat(tellLog(health, log), LISTEN_EVERY))));

/** A stream that stands still is told within five seconds (RELIABILITY R4), and one that is well is never silent for longer than about two. */
const SILENT_MS = 3_500;
const LISTEN_EVERY = Schedule.spaced("250 millis");

const tellLog = (health: Health, { generation, stats }: Pick<JetStreamLog, "generation" | "stats">) =>
  Effect.map(stats, ({ silentForMs }) => {
    const ok = silentForMs < SILENT_MS;
    health.set("log", { ok, detail: ok ? `generation ${generation}` : "its stream does not answer" });
  });

/** As `openLog`, for a service that ends when the log is over. */
export const openLogOrStop = (
  shell: Shell,
  link: NatsLink,
  belief: Belief,
): Effect.Effect<JetStreamLog & { readonly stopped: Effect.Effect<never, Stopped> }, Stopped, Scope.Scope> =>
  Effect.mapError(
    Effect.map(openLog(shell, link, belief), (log) => ({
      ...log,
      stopped: Effect.mapError(log.ended, stoppedBy),
    })),
    stoppedBy,
  );

/** The ledger of record over NATS. */
export const historyOver = ({ connection }: NatsLink): History => {
  const ledger = askHistory(connection);
  return {
    read: (range) =>
      Stream.mapError(
        ledger.read(range),
        ({ reason, retry }) =>
          new LogUnavailable({ reason: "unreachable", retry, detail: `The ledger of record: ${reason}.` }),
      ),
  };
};

const LOOK_EVERY = "10 seconds";

/** Says how full the stream is, for the time of a scope: health asks for a trim at 70 % of `max_bytes`, and is not well at 90 % (DESIGN 14.4). */
export const watchFill = Effect.fnUntraced(function* (
  { health, diagnostics }: Shell,
  log: Pick<JetStreamLog, "stats">,
  figures: { stats: LogStats | null },
): Effect.fn.Return<void, never, Scope.Scope> {
  let last: Share["state"] = "roomy";
  const look = Effect.map(log.stats, (stats) => {
    figures.stats = stats;
    const share = shareOf(stats);
    health.set("room", { ok: share.state !== "full", detail: share.detail });
    if (share.state !== "roomy" && share.state !== last) diagnostics.warn({ part: "log" }, share.detail);
    last = share.state;
  });
  yield* look;
  yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced(LOOK_EVERY)));
});

/** Registered once per process; a new generation only changes what they read. */
export function fillGauges({ metrics }: Shell, figures: { readonly stats: LogStats | null }): void {
  gauge(metrics, "claw_log_bytes", "Bytes of this generation of the log.", () => figures.stats?.bytes ?? 0);
  gauge(
    metrics,
    "claw_log_max_bytes",
    "What it may hold; 0 where only the disk says no.",
    () => figures.stats?.maxBytes ?? 0,
  );
  gauge(
    metrics,
    "claw_log_skipped",
    "Messages passed over because they are no intact entries.",
    () => figures.stats?.skipped ?? 0,
  );
}
