/** Welcomes: an uplink becomes its host's, and the older one is let go (DESIGN 14.10). */
import type { KnownReceipt, Receipt } from "@claw/wire";
import { Queue } from "effect";
import type { Switchboard } from "./board.ts";
import { beginDispatch } from "./dispatcher.ts";
import { isNewer } from "./domain/precedence.ts";
import type { Line } from "./line.ts";
import { hostOf } from "./register.ts";
import { figuresOf, refuse, say } from "./switchboard.ts";
import type { Uplink } from "./uplink.ts";
import { connected } from "./watch.ts";

/** What the ledger holds is known: the uplink is the host's now, here and for the other ingests. */
export function welcome(
  board: Switchboard,
  uplink: Uplink,
  { confirmed, isProven }: Pick<KnownReceipt, "confirmed" | "isProven">,
  stored = 0,
): void {
  const { hello, side } = uplink;
  if (hello === null || side.phase !== "welcoming") return;
  if (isLeftBehind(board, uplink)) return refuse(board, uplink, "superseded", TOOK_OVER, null);
  const { hostId } = uplink.guest;
  const older = board.byHost.get(hostId);
  const line = lineOf(board, uplink, hello.epoch);
  uplink.line = line;
  uplink.placement = hostOf(board.register, hostId)?.placement ?? "open";
  board.lines.add(line);
  if (older !== undefined) supersede(board, older);
  board.byHost.set(hostId, uplink);
  connected(board.watch, hostId, figuresOf(uplink));
  Queue.offerUnsafe(board.tellings, { hostId, ingestId: board.ingestId, ...uplink.opened });
  const { heartbeatMs, silentAfterMs } = board.settings;
  const { placement } = uplink;
  const wallMs = board.clocks.wallMs();
  const mcpUrl = board.mcpUrl();
  say(board, uplink, {
    type: "welcome",
    confirmed,
    isProven,
    stored,
    placement,
    heartbeatMs,
    silentAfterMs,
    wallMs,
    ...(mcpUrl === null ? {} : { mcpUrl }),
  });
  beginDispatch(board, uplink);
}

const lineOf = (board: Switchboard, uplink: Uplink, epoch: NonNullable<Uplink["hello"]>["epoch"]): Line => ({
  channel: { hostId: uplink.guest.hostId, epoch, clockOffsetMs: uplink.figures.clockOffsetMs ?? 0 },
  waiting: [],
  waitsSince: null,
  refusedClaim: null,
  stored: (stored) => say(board, uplink, { type: "stored", ...stored }),
});

/**
 * True if the host opened an uplink elsewhere after this one: then this one was left behind before its welcome. Both clocks have to say so, that of
 * the other ingest and ours, so that clocks which differ turn nobody away.
 */
function isLeftBehind({ elsewhere }: Switchboard, { guest, opened, openedMonoMs }: Uplink): boolean {
  const other = elsewhere.get(guest.hostId);
  return other !== undefined && isNewer(other.opened, opened) && other.heardMonoMs > openedMonoMs;
}

const TOOK_OVER = "A newer uplink of this host took over.";

/** Lets an uplink go at once, also one whose host no longer answers. What of it still waits is let go too: the host sends it again on the newer. */
export function supersede(board: Switchboard, older: Uplink): void {
  if (older.line !== null) board.lines.delete(older.line);
  const { hostId } = older.guest;
  if (board.byHost.get(hostId) === older) board.byHost.delete(hostId);
  for (const answer of older.asks.values()) answer(null);
  older.asks.clear();
  refuse(board, older, "superseded", TOOK_OVER, null);
}

export function tellReceipt(board: Switchboard, receipt: Receipt): void {
  const uplink = board.byHost.get(receipt.hostId);
  if (uplink !== undefined) say(board, uplink, { type: "receipt", receipt });
}
