/**
 * A kill switch reaches what a host already holds: a send may wait there behind another, or for something that passes, and its turn would start long after the
 * halt (N1-028, RELIABILITY §5: effective within a second).
 */
import type { Switchboard } from "./board.ts";
import { toAsk } from "./domain/dispatch.ts";
import { isHaltable } from "./domain/switches.ts";
import { nameOf, type Work } from "./domain/work.ts";
import { HALTED, handOver } from "./hand-over.ts";
import { haltsNow } from "./register.ts";
import type { Uplink } from "./uplink.ts";
import { openOf } from "./worklist.ts";

/**
 * Says again, with nothing left and no text, each open send that a set switch reaches and that its host was asked for on an uplink that stands here; each once.
 * One that still waits to be asked for is only marked, and goes out so. It waits for no log and for no other frame, since it reads nothing. A frame that is lost
 * with its uplink is said again after the next hello, and a host begins nothing meanwhile (`isForsaken`). Interrupts are never taken back.
 */
export function recallHalted(board: Switchboard): void {
  const { register, byHost, clocks } = board;
  const { stopped } = register.work;
  const isHalted = haltsNow(register);
  const isReached = (work: Work): boolean => isHaltable(work) && !stopped.has(nameOf(work)) && isHalted(work);
  for (const [hostId, uplink] of byHost) {
    if (uplink.side.phase !== "open" || !uplink.side.knowsCommands) continue;
    const reached = [...openOf(register.work, hostId)].filter(isReached);
    const unsent = unsentOn(uplink);
    for (const work of toAsk(reached, clocks.wallMs())) {
      stopped.add(nameOf(work));
      if (!unsent.has(work)) handOver(board, uplink, work, HALTED);
    }
  }
}

/** What waits to be sent, and the one whose text is being read. */
const unsentOn = ({ dispatch: { waiting, inHand } }: Uplink): ReadonlySet<Work> =>
  new Set([...waiting.map(({ work }) => work), ...(inHand === null ? [] : [inHand])]);
