/** What must hold in every state, checked at the two moments when it can break: a call of Codex, and a Claw that is told of its lease. */
import { type AcceptedState, CLAWS, type ModelState } from "./state.ts";

const bit = (n: number): number => 1 << n;

const ownerOf = (owners: readonly number[], token: number, claw: number): readonly number[] =>
  owners.map((owner, index) => (index === token ? claw : owner));

const isAnothers = ({ witness }: ModelState, token: number, claw: number): boolean =>
  witness.owners[token] !== -1 && witness.owners[token] !== claw;

/** Codex is called for this command. */
export function called(state: ModelState, command: AcceptedState): ModelState {
  const { witness } = state;
  const { id, token, claw } = command;
  const broken =
    token < witness.newest
      ? `stale token ${token} performed after ${witness.newest}`
      : (witness.performed & bit(id)) !== 0
        ? `command ${id} performed twice`
        : isAnothers(state, token, claw)
          ? `token ${token} used by two`
          : null;
  const performed = witness.performed | bit(id);
  return {
    ...state,
    broken,
    witness: { ...witness, performed, owners: ownerOf(witness.owners, token, claw) },
  };
}

/** The host has put this token into its table. */
export const persisted = (state: ModelState, token: number): ModelState =>
  token <= state.witness.newest ? state : { ...state, witness: { ...state.witness, newest: token } };

/** A Claw was told that it holds a lease. */
export function told(before: ModelState, token: number, claw: number): ModelState {
  const { witness } = before;
  const isInForce = (held: number): boolean => held > 0 && (witness.inForce & bit(held)) !== 0;
  const others = CLAWS.filter((other) => other !== claw && isInForce(before.holds[other] ?? 0));
  const holds = before.holds.map((held, index) => (index === claw && isInForce(token) ? token : held));
  const state = { ...before, holds };
  const broken = isAnothers(state, token, claw)
    ? `token ${token} used by two`
    : isInForce(token) && others.length > 0
      ? "two holders at once"
      : null;
  const newest = Math.max(witness.newest, token);
  return { ...state, broken, witness: { ...witness, newest, owners: ownerOf(witness.owners, token, claw) } };
}

/** A lease is in force from here on. */
export function began(state: ModelState, token: number): ModelState {
  const { witness } = state;
  return { ...state, witness: { ...witness, inForce: witness.inForce | bit(token) } };
}

/** A lease is in force no longer, by true time. Whoever held it may go on as if it were: nothing here leans on what a Claw believes. */
export function ended(state: ModelState, token: number): ModelState {
  const { witness, holds } = state;
  return {
    ...state,
    holds: holds.map((held) => (held === token ? 0 : held)),
    witness: { ...witness, inForce: witness.inForce & ~bit(token) },
  };
}
