/** Sockets that rest: while their facts wait for the log, and while their host has sent all that it may in a minute. */
import type { Switchboard } from "./board.ts";
import { isSpent, spend } from "./domain/pace.ts";
import type { RestReason, Uplink } from "./uplink.ts";
import { attend } from "./watch.ts";

/** A socket is read only while there is no reason to rest. */
export function restFor(board: Switchboard, uplink: Uplink, reason: RestReason): void {
  uplink.rests.add(reason);
  uplink.socket.pause();
  attendTo(board, uplink);
}

export function resumeFrom(board: Switchboard, uplink: Uplink, reason: RestReason): void {
  if (!uplink.rests.delete(reason) || uplink.rests.size > 0) return;
  uplink.socket.resume();
  attendTo(board, uplink);
}

/** Only the host's own uplink stands for it: a second socket that rests must not hide that the first is silent. */
function attendTo({ watch, byHost }: Switchboard, uplink: Uplink): void {
  const { hostId } = uplink.guest;
  if (byHost.get(hostId) === uplink) attend(watch, hostId, uplink.rests.size > 0);
}

/** Bytes came from a host. Beyond its minute's share the socket that brought them rests. */
export function keepPace(board: Switchboard, uplink: Uplink, bytes: number): void {
  const { paces, clocks, limits, figures } = board;
  const { hostId } = uplink.guest;
  const now = clocks.monoMs();
  const pace = spend(paces.get(hostId), bytes, now);
  paces.set(hostId, pace);
  if (uplink.rests.has("pace") || !isSpent(pace, now, limits.bytesAMinute)) return;
  figures.frames.add({ reason: "paced" });
  restFor(board, uplink, "pace");
}

/** Time passed: whose minute is over is read again. */
export function relax(board: Switchboard, uplink: Uplink): void {
  const { paces, clocks, limits } = board;
  if (
    uplink.rests.has("pace") &&
    !isSpent(paces.get(uplink.guest.hostId), clocks.monoMs(), limits.bytesAMinute)
  )
    resumeFrom(board, uplink, "pace");
}
