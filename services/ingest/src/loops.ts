/** What runs beside the writer and the keeper, as long as ingest does. */
import { type HostId, sha256 } from "@claw/events";
import type { LogUnavailable, Pulse } from "@claw/eventlog";
import type { Receipts } from "@claw/wire";
import { Effect, Queue, Stream } from "effect";
import { kept } from "./domain/notices.ts";
import { figuresOf, inspect, type Switchboard, tellReceipt, welcome } from "./switchboard.ts";
import type { HostFigures } from "./watch.ts";
import { passTime } from "./watch.ts";
import { appendNotations, type WriterParts } from "./writer.ts";

/** How often time is let pass: a tenth of the least silence, and well within the 2 s that a revocation may take. */
const TICK_MS = 100;
/** Hellos that are answered at the same time; a reconnect storm waits in the queue. */
const WELCOMES_AT_ONCE = 16;
const MINUTE_MS = 60_000;

/** Welcomes each hello with what the ledger holds of its epoch. */
export const answerHellos = (board: Switchboard, receipts: Receipts): Effect.Effect<void> =>
  Stream.fromQueue(board.hellos).pipe(
    Stream.mapEffect(
      (uplink) => {
        const { hello, guest } = uplink;
        if (hello === null) return Effect.void;
        const from = board.clocks.monoMs();
        return Effect.map(receipts.of(guest.hostId, hello.epoch), ({ confirmed }) => {
          welcome(board, uplink, confirmed);
          board.figures.phases.observe({ phase: "welcome" }, (board.clocks.monoMs() - from) / 1_000);
        });
      },
      { concurrency: WELCOMES_AT_ONCE, unordered: true },
    ),
    Stream.runDrain,
  );

export const passReceipts = (board: Switchboard, receipts: Receipts): Effect.Effect<void> =>
  Stream.runForEach(receipts.follow, (receipt) => Effect.sync(() => tellReceipt(board, receipt)));

export const passBeats = ({ beats }: Switchboard, pulse: Pulse | undefined): Effect.Effect<never> =>
  Effect.forever(Effect.flatMap(Queue.take(beats), (beat) => pulse?.publish(beat) ?? Effect.void));

/** Evidence of each host that used another's name, once a minute: the entry id names the minute, so the log keeps the first. */
export const keepMismatches = (
  parts: WriterParts,
  { mismatches }: Switchboard,
): Effect.Effect<never, LogUnavailable> =>
  Effect.forever(Effect.flatMap(Queue.take(mismatches), (hostId) => keepMismatch(parts, hostId)));

function keepMismatch(parts: WriterParts, hostId: HostId): Effect.Effect<void, LogUnavailable> {
  const at = parts.clocks.wallMs();
  const text = "The hello claimed the name of another host.";
  const suspect = { code: "host_mismatch", digest: sha256(text), text } as const;
  const unique = `mismatch-${Math.floor(at / MINUTE_MS)}`;
  return appendNotations(parts, [kept(hostId, unique, suspect, at, parts.cleaner)]);
}

/** Lets time pass for the watch and for the uplinks. */
export const tickAlong = (board: Switchboard): Effect.Effect<never> =>
  Effect.forever(
    Effect.delay(
      Effect.sync(() => {
        inspect(board);
        passTime(board.watch, (hostId) => figuresNow(board, hostId));
      }),
      TICK_MS,
    ),
  );

function figuresNow({ byHost }: Switchboard, hostId: HostId): HostFigures | undefined {
  const uplink = byHost.get(hostId);
  return uplink === undefined ? undefined : figuresOf(uplink);
}
