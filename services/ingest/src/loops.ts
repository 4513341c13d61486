/** What runs beside the writer and the keeper, as long as ingest does. */
import type { HostId } from "@claw/events";
import type { EventLog, LogUnavailable, Pulse } from "@claw/eventlog";
import type { Receipts } from "@claw/wire";
import { Effect, Queue, Stream } from "effect";
import { closeMinutes } from "./attempts.ts";
import type { Switchboard } from "./board.ts";
import { resumeDispatch } from "./dispatcher.ts";
import { lastHeld } from "./holes.ts";
import { figuresOf, inspect } from "./switchboard.ts";
import type { Uplink } from "./uplink.ts";
import { type HostFigures, passTime } from "./watch.ts";
import { tellReceipt, welcome } from "./welcome.ts";

/** How often time is let pass: a tenth of the least silence, and well within the 2 s that a revocation may take. */
const TICK_MS = 100;
/**
 * Hellos that are answered at the same time: as many as are let in within a second, which is how long a ledger of record may take to answer, so that
 * one which is away delays a storm by no more than that.
 */
const WELCOMES_AT_ONCE = 256;

/** Welcomes each hello with what the ledger holds of its epoch. */
export const answerHellos = (
  board: Switchboard,
  receipts: Receipts,
  log: Pick<EventLog, "last">,
): Effect.Effect<void, LogUnavailable> =>
  Stream.fromQueue(board.hellos).pipe(
    Stream.mapEffect((uplink) => answerHello(board, receipts, log, uplink), {
      concurrency: WELCOMES_AT_ONCE,
      unordered: true,
    }),
    Stream.runDrain,
  );

/** A receipt that nobody proves lets the host in all the same: facts are stored and acknowledged, and the watermark waits for the ledger of record. */
const answerHello = Effect.fnUntraced(function* (
  board: Switchboard,
  receipts: Receipts,
  log: Pick<EventLog, "last">,
  uplink: Uplink,
): Effect.fn.Return<void, LogUnavailable> {
  const { hello, guest, side } = uplink;
  // Who left while it waited in a storm is asked about no more.
  if (hello === null || side.phase !== "welcoming") return;
  const from = board.clocks.monoMs();
  const receipt = yield* receipts.of(guest.hostId, hello.epoch);
  const lacks = receipt.isProven && (hello.firstHeld ?? 1) > receipt.confirmed + 1;
  const stored = lacks ? yield* lastHeld(board.register, log, guest.hostId, hello.epoch) : 0;
  welcome(board, uplink, receipt, stored);
  board.figures.phases.observe({ phase: "welcome" }, (board.clocks.monoMs() - from) / 1_000);
});

export const passReceipts = (board: Switchboard, receipts: Receipts): Effect.Effect<void> =>
  Stream.runForEach(receipts.follow, (receipt) => Effect.sync(() => tellReceipt(board, receipt)));

export const passBeats = ({ beats }: Switchboard, pulse: Pulse | undefined): Effect.Effect<never> =>
  Effect.forever(Effect.flatMap(Queue.take(beats), (beat) => pulse?.publish(beat) ?? Effect.void));

/** Lets time pass for the watch, for the uplinks, and for what hosts may do in a minute. */
export const tickAlong = (board: Switchboard): Effect.Effect<never> =>
  Effect.forever(
    Effect.delay(
      Effect.sync(() => {
        inspect(board);
        resumeDispatch(board);
        closeMinutes(board.attempts, board.clocks.wallMs());
        passTime(board.watch, (hostId) => figuresNow(board, hostId));
      }),
      TICK_MS,
    ),
  );

function figuresNow({ byHost }: Switchboard, hostId: HostId): HostFigures | undefined {
  const uplink = byHost.get(hostId);
  return uplink === undefined ? undefined : figuresOf(uplink);
}
