/** What the house asks a host to do: accepted commands and fences, handed over as they are; when and how often is the caller's to know (DESIGN 6.2.7). */
import type { Act } from "@claw/events";
import type { CommandFrame, FenceFrame } from "./frames.ts";
import { type HouseSide, type HouseStep, send } from "./house-side-state.ts";

/** What a connector says in its hello that takes `command` and `fence` frames. */
export const COMMAND_CAPABILITY = "command.v1";

/** What it says that makes threads and puts them back into memory (`spawn`, `resume`), and that answers what Codex asks (`answer`). */
export const SPAWN_CAPABILITY = "spawn.v1";
export const ANSWER_CAPABILITY = "answer.v1";

/** Which acts the connector behind this uplink understands; null asks for fences. */
export function takesAct(side: HouseSide, kind: Act["kind"] | null): boolean {
  if (!side.knowsCommands) return false;
  if (kind === "spawn" || kind === "resume") return side.knowsSpawns;
  return kind !== "answer" || side.knowsAnswers;
}

/** A connector that does not know the frames gets none: what it does not understand it could not answer for. */
export const handOver = (side: HouseSide, frame: CommandFrame | FenceFrame): HouseStep =>
  side.phase === "open" && takesAct(side, frame.type === "fence" ? null : frame.instruction.act.kind)
    ? [side, [send(frame)]]
    : [side, []];
