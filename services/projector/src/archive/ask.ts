/** Asking the house to record what became of an archive, and seeing that it did: what the rows do not show yet is not done again. */
import { CommandId, type Principal, type SessionId } from "@claw/events";
import { backoffMs, newId } from "@claw/runtime";
import type { GateClosed } from "@claw/wire";
import { Effect } from "effect";
import type { Archived } from "../domain/archive/subject.ts";
import type { ArchiveCommand, ArchiveHouse } from "./house.ts";

const PROJECTOR: Principal = { kind: "house", name: "projector", role: "admin" };

/** A name for a command that is asked for the first time. */
export const newCommandId = (): CommandId => CommandId.parse(newId("cmd"));

/** Hands a command in. Fails while policy cannot answer; then the next round hands the same one in again. */
export const ask = Effect.fnUntraced(function* (
  house: ArchiveHouse,
  command: ArchiveCommand,
): Effect.fn.Return<void, GateClosed> {
  const { sessionId, version } = command;
  house.asked.set(sessionId, { command, isAccepted: false });
  const verdict = yield* house.gate.submit(command, PROJECTOR);
  if (verdict.decision === "accepted") {
    house.asked.set(sessionId, { command, isAccepted: true });
    house.tried.delete(sessionId);
    house.outcomes.add({ outcome: command.type === "record.archive" ? "finalised" : "deleted" });
    return;
  }
  house.asked.delete(sessionId);
  house.outcomes.add({ outcome: "refused" });
  putOff(house, sessionId);
  house.diagnostics.warn(
    { sessionId, version, command: command.type, code: verdict.code },
    "the house refused what archiving asked for",
  );
});

/** Whether the rows show what was decided. */
export const isShown = (command: ArchiveCommand, archived: Archived | null): boolean =>
  archived !== null &&
  (archived.version > command.version ||
    (archived.version === command.version &&
      (command.type === "record.archive" || archived.deletedAt !== null)));

/** Tries a session again later, and later still each time. */
export function putOff(house: ArchiveHouse, sessionId: SessionId): void {
  const tries = house.tried.get(sessionId)?.tries ?? 0;
  const notBefore = house.clocks.monoMs() + backoffMs(tries, house.waits);
  house.tried.set(sessionId, { tries: tries + 1, notBefore });
}

export const isPutOff = ({ tried, clocks }: ArchiveHouse, sessionId: SessionId): boolean =>
  (tried.get(sessionId)?.notBefore ?? -Infinity) > clocks.monoMs();
