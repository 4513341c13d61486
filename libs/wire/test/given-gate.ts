/** Commands, callers and a policy for tests of the gate. */
import { Command, CommandId, EntryId, position, type Principal, TokenId } from "@claw/events";
import { Effect } from "effect";
import type { Gate, GateVerdict } from "../src/index.ts";

export const admin: Principal = { kind: "person", name: "ada", role: "admin" };
/** One of many callers: nobody has more than 32 places. */
export const caller = (n: number): Principal => ({ ...admin, name: `admin-${n % 8}` });
export const revoke = (n: number): Command => ({
  type: "token.revoke",
  commandId: CommandId.parse(`c-${n}`),
  tokenId: TokenId.parse("t-1"),
  reason: "lost",
});
export const accepted = (n: number): GateVerdict => ({
  decision: "accepted",
  entryId: EntryId.parse(`decision/c-${n}`),
  position: position(n),
});
/** A policy that accepts, and names the command in the entry. */
export const yes: Gate = { submit: ({ commandId }) => Effect.succeed(accepted(Number(commandId.slice(2)))) };
export const closedWith = (gate: Gate, n = 1) => Effect.flip(gate.submit(revoke(n), admin));
