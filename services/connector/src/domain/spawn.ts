/**
 * What a spawn comes to, whatever was written of it and whatever is seen (ADR 0013). Codex is asked three things in this order, and the row on disk says of
 * each that it may have been asked before it is: a thread, its name, its first turn. A thread is asked for once, and so is a turn that is not known to have
 * been refused; so there are never two threads for one command, and never two first turns. Pure.
 */
import type { TokenId } from "@claw/events";
import { type Call, type CommandRow, LONGEST_DEADLINE_MS, type Outcome, type Spawned } from "./fence.ts";
import { MCP_STARTUP_S } from "./mcp-config.ts";
import { cutBytes, type Scrub } from "./scrub.ts";

/** `thread_asked`: its thread has to be found. `has_thread`: the turn was never asked for. `turn_asked`: its mark has to be found. */
export type SpawnStage = "thread_asked" | "has_thread" | "turn_asked";

export function stageOf({ call }: Pick<CommandRow, "call">): SpawnStage {
  const spawned = call?.spawned;
  if (spawned === undefined || spawned.threadId === null) return "thread_asked";
  return spawned.isTurnAsked ? "turn_asked" : "has_thread";
}

const callOf = (spawned: Spawned, after: string | null = null): Call => ({
  mode: "spawn",
  turnId: null,
  after,
  spawned,
});

/** Written before Codex is asked for the thread. */
export const threadAsked = (keyId: TokenId): Call => callOf({ keyId, threadId: null, isTurnAsked: false });

/** For a thread that was found although the row of its command is lost: whether its turn was asked for is not known, so it is never asked for. */
export const forgotten: Call = callOf({ keyId: null, threadId: null, isTurnAsked: true });

/** Written as soon as the thread's id is known, before it is named. */
export const withThread = ({ spawned }: Call, threadId: string): Call =>
  callOf({ keyId: spawned?.keyId ?? null, threadId, isTurnAsked: spawned?.isTurnAsked ?? false });

/** Written before Codex is asked for the turn; `after` is the newest turn before it. With `isTurnAsked` false: Codex said that it did nothing. */
export const withTurn = ({ spawned }: Call, isTurnAsked: boolean, after: string | null): Call =>
  callOf({ keyId: spawned?.keyId ?? null, threadId: spawned?.threadId ?? null, isTurnAsked }, after);

export const SPAWN = {
  /** A thread that does not show for so long was never made: Codex waits for its MCP server at most this long, and a little goes for the rest. */
  absentMs: MCP_STARTUP_S * 1_000 + 5_000,
  /** A thread that Codex does not know for so long is gone. */
  goneMs: 2_000,
} as const;

/** The thread as it can be seen. */
export type ThreadSight =
  /** Found by its mark, where the id was not known. */
  | { readonly type: "found"; readonly threadId: string }
  | { readonly type: "absent" }
  | { readonly type: "idle" }
  /** Somebody's turn runs in it. */
  | { readonly type: "active" }
  /** Codex has it on disk and not in memory. */
  | { readonly type: "stored" }
  /** Codex does not know it. */
  | { readonly type: "gone" }
  /** Nothing can be seen now. */
  | { readonly type: "hidden"; readonly reason: string };

/** What is known of the order at this moment; null where only the row is left, until the house asks again. */
export interface OrderNow {
  readonly leftMs: number;
  readonly hasText: boolean;
}

export type SpawnStep =
  | { readonly type: "bind"; readonly threadId: string }
  | { readonly type: "load" }
  | { readonly type: "begin" }
  | { readonly type: "look_again" }
  | { readonly type: "conclude"; readonly outcome: Outcome };

/** `steadyMs`: for how long the same has been seen. `elapsedMs`: since this life took the command up. */
export function nextStep(
  row: Pick<CommandRow, "call">,
  sight: ThreadSight,
  order: OrderNow | null,
  steadyMs: number,
  elapsedMs: number,
): SpawnStep {
  if (sight.type === "found") return { type: "bind", threadId: sight.threadId };
  if (sight.type === "absent") return steadyMs >= SPAWN.absentMs ? notDelivered : again;
  if (sight.type === "gone") return steadyMs >= SPAWN.goneMs ? notDelivered : again;
  // Of a thread that may have been made, nothing is known as long as nobody can look.
  if (stageOf(row) === "thread_asked") return elapsedMs >= LONGEST_DEADLINE_MS ? unknown(sight) : again;
  if (isOver(order, elapsedMs)) return { type: "conclude", outcome: { type: "command.expired" } };
  if (order === null || sight.type === "hidden" || sight.type === "active") return again;
  return { type: sight.type === "stored" ? "load" : "begin" };
}

/** Nobody waits longer for a command than the longest deadline, so an order that did not come again within it has no time left. */
const isOver = (order: OrderNow | null, elapsedMs: number): boolean =>
  order === null ? elapsedMs >= LONGEST_DEADLINE_MS : order.leftMs <= 0 || !order.hasText;

const again: SpawnStep = { type: "look_again" };
const notDelivered: SpawnStep = {
  type: "conclude",
  outcome: { type: "command.failed", code: "not_delivered", facts: {} },
};
const unknown = (sight: ThreadSight): SpawnStep => ({
  type: "conclude",
  outcome: { type: "command.unknown", reason: sight.type === "hidden" ? sight.reason : sight.type },
});

const NAME_LETTERS = 60;

/** What people see in their lists: the purpose, else the first line of the task, without secrets. */
export function threadNameOf(purpose: string | null, text: string, scrub: Scrub): string {
  const line = purpose ?? text.split("\n").find((one) => one.trim() !== "") ?? "";
  const clean = scrub(cutBytes(line, 4_096).text.replaceAll(/\s+/g, " ").trim(), 4_096).text;
  const letters = [...clean];
  const name = letters.length <= NAME_LETTERS ? clean : `${letters.slice(0, NAME_LETTERS - 1).join("")}…`;
  return name === "" ? "spawned by Claw Supervisor" : name;
}
