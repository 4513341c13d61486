/** The two changes of which all steps are made. */
import type { Without } from "./safeguards.ts";
import { type Decided, type Frame, IN_FLIGHT, type ModelState } from "./state.ts";

/** Policy decided this. It is in the log in the same step, unless that safeguard is away: then some time later. */
export const decided = (state: ModelState, memory: Decided, without: Without): ModelState => ({
  ...state,
  memory,
  log: without.has("logged") ? state.log : memory,
});

const isSame = (one: Frame, other: Frame): boolean =>
  one.kind === other.kind && one.id === other.id && one.token === other.token && one.claw === other.claw;

/**
 * The wire is a set: a frame that is on it stays one frame, because each may be sent again at any time (`stepsFrom`), and that is how it comes twice.
 * What finds the wire full is lost.
 */
export const sent = (state: ModelState, frame: Frame): ModelState =>
  state.frames.length >= IN_FLIGHT || state.frames.some((other) => isSame(frame, other))
    ? state
    : { ...state, frames: [...state.frames, frame] };
