/** What a frame does where it arrives. */
import { decided, sent } from "./change.ts";
import { began, persisted, told } from "./invariants.ts";
import type { Without } from "./safeguards.ts";
import type { AcceptedState, Frame, ModelState } from "./state.ts";

/** The state after it, or null while whom it is for cannot read. */
export function deliver(state: ModelState, frame: Frame, without: Without): ModelState | null {
  switch (frame.kind) {
    case "fence":
      return fence(state, frame.token, without);
    case "fenced":
      return fenced(state, frame.token, without);
    case "told":
      return told(state, frame.token, frame.claw);
    case "command":
      return command(state, frame, without);
  }
}

/** The host persists the token and says so. A fence older than what it has is answered by nothing. */
function fence(state: ModelState, token: number, without: Without): ModelState | null {
  const { host } = state;
  if (host.performing !== null && !without.has("serial")) return null;
  if (token < host.newest) return state;
  const after = persisted({ ...state, host: { ...host, newest: token } }, token);
  return sent(after, { kind: "fenced", id: 0, token, claw: 0 });
}

function fenced(state: ModelState, token: number, without: Without): ModelState {
  const { memory } = state;
  const { lease } = memory;
  if (lease === null || lease.token !== token || lease.isGranted) return state;
  const granted = { ...memory, lease: { ...lease, isGranted: true } };
  const after = began(decided(state, granted, without), token);
  return sent(after, { kind: "told", id: 0, token, claw: lease.claw });
}

/** One transaction of the host: seen, fence, claim. The call is a step of its own, and a crash may come before it. */
function command(state: ModelState, { id, token, claw }: AcceptedState, without: Without): ModelState | null {
  const { host } = state;
  const row = 1 << id;
  if (host.performing !== null) return null;
  if ((host.rows & row) !== 0 && !without.has("once")) return state;
  const rows = host.rows | row;
  if (token < host.newest && !without.has("fence")) return { ...state, host: { ...host, rows } };
  const newest = Math.max(host.newest, token);
  return persisted({ ...state, host: { newest, rows, performing: { id, token, claw } } }, token);
}
