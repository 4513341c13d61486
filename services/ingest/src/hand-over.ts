/** One frame of work on its way to the host that is to do it. */
import type { CommandFrame, FenceFrame } from "@claw/wire";
import type { Switchboard } from "./board.ts";
import { leftOf, needsText } from "./domain/dispatch.ts";
import type { Work } from "./domain/work.ts";
import { say } from "./switchboard.ts";
import type { Uplink } from "./uplink.ts";

/** In the place of a text that is not to be said. */
export const HALTED = Symbol("halted");

/** What is halted is asked for with nothing left; so is a send whose text is gone (null). */
export function handOver(
  board: Switchboard,
  uplink: Uplink,
  work: Work,
  text: string | typeof HALTED | null,
): void {
  say(board, uplink, { type: "hand_over", frame: frameOf(work, text, board.clocks.wallMs()) });
  board.figures.dispatched.add({ kind: work.kind });
}

/**
 * A text that is gone, or is not to be said because of a halt, cannot be said any more: the host is asked with nothing left, so that it only tells what it
 * knows, or that it never began (`expired`).
 */
function frameOf(work: Work, said: string | typeof HALTED | null, nowMs: number): CommandFrame | FenceFrame {
  const { id, sessionId, endpointId, token } = work;
  const text = said === HALTED ? null : said;
  const remainingMs = leftOf(work, nowMs);
  if (work.kind === "fence") return { type: "fence", leaseId: id, sessionId, endpointId, token, remainingMs };
  return {
    type: "command",
    commandId: id,
    instruction: { sessionId, endpointId, token, act: work.act },
    text,
    remainingMs: said === HALTED || (needsText(work) && text === null) ? 0 : remainingMs,
  };
}
