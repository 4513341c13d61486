/**
 * The app-server's threads, as far as a command meets them (PROTOCOL §0.4, §3): a start into a running turn steers silently, a steer and an interrupt
 * need the active turn, and every user message keeps the client id that it came with. It outlives the connector.
 */
import { type CommandId, type Event, type EventOf, type EventType, markOf, TurnId } from "@claw/events";
import type { Call } from "../../services/connector/src/domain/fence.ts";
import type { TurnSeen } from "../../services/connector/src/domain/mark.ts";
import type { Seen } from "../../services/connector/src/domain/plan.ts";
import type { Thread, Turn } from "./state.ts";

const said = <Type extends EventType>(type: Type, at: number, data: EventOf<Type>["data"]): Event =>
  ({ type, at, data, body: null }) as EventOf<Type> as Event;

const running = ({ turns }: Thread): Turn | null => {
  const last = turns.at(-1);
  return last?.status === "inProgress" ? last : null;
};

/** A user message: into the running turn, or into one that begins with it. */
export function message(thread: Thread, clientId: string | null, at: number): TurnId {
  const active = running(thread) ?? begin(thread, at);
  active.clientIds.push(clientId);
  const item = { turnId: active.turnId, itemId: `i${thread.seen.length}`, kind: "userMessage" };
  const times = { startedAt: at, completedAt: at, durationMs: 0 };
  const data = { ...item, ...times, status: "completed", exitCode: null, clientId, cutBytes: 0 };
  thread.seen.push(said("item.completed", at, data as EventOf<"item.completed">["data"]));
  return active.turnId;
}

function begin(thread: Thread, at: number): Turn {
  const turnId = TurnId.parse(`${thread.sessionId}-t${thread.turns.length + 1}`);
  const turn: Turn = { turnId, clientIds: [], status: "inProgress" };
  thread.turns.push(turn);
  thread.seen.push(
    said("turn.started", at, { turnId, startedAt: at }),
    said("session.became", at, { activity: { type: "active", flags: [] } }),
  );
  return turn;
}

export function endTurn(thread: Thread, status: "completed" | "interrupted", at: number): void {
  const turn = running(thread);
  if (turn === null) return;
  turn.status = status;
  const times = { startedAt: null, completedAt: at, durationMs: null };
  thread.seen.push(
    said("turn.completed", at, { turnId: turn.turnId, status, errorKind: null, ...times }),
    said("session.became", at, { activity: { type: "idle", flags: [] } }),
  );
}

/** Codex takes a call. Null if it did nothing, else the turn that it names. */
export function take(thread: Thread, call: Call, commandId: CommandId, at: number): TurnId | null {
  if (call.mode === "start") return message(thread, markOf(commandId), at);
  const active = running(thread);
  if (active === null || active.turnId !== call.turnId) return null;
  if (call.mode === "steer") return message(thread, markOf(commandId), at);
  endTurn(thread, "interrupted", at);
  return active.turnId;
}

export function lookAt({ turns }: Thread): Seen {
  const newest = turns.at(-1);
  const isOver = newest?.status !== "inProgress";
  return {
    status: isOver ? "idle" : "active",
    isListable: true,
    newest: newest === undefined ? null : { turnId: newest.turnId, isOver, hasEnd: isOver },
  };
}

/** The turns in which what was called can be, oldest first. */
export function candidates({ turns }: Thread, call: Call | null): readonly TurnSeen[] {
  const isWanted = ({ turnId }: Turn): boolean => turnId === call?.turnId;
  const before = turns.findIndex(({ turnId }) => turnId === (call?.after ?? null));
  const among = call?.turnId == null ? turns.slice(before + 1) : turns.filter(isWanted);
  return among.map(({ turnId, status, clientIds }) => ({
    turnId,
    status,
    clientIds: [...clientIds],
    isWhole: true,
  }));
}
