/** What a host is asked, in which order, and how much of the time is left. Pure: rows and moments in, work out (DESIGN 6.2.7). */
import { type Act, type Entry, readEvents } from "@claw/events";
import { ASK_FOR_MS, nameOf, type Work, type WorkRow } from "./work.ts";

/** Of those whose deadline is over, so many of a host's newest are asked for at each hello: a host that never answers is not told more each time. */
export const MAX_OVERDUE = 64;

/** As it was decided. A later generation of the log counts anew, so its number alone says nothing. */
export const inOrder = (one: Work, other: Work): number =>
  one.token.generation - other.token.generation || one.position - other.position;

/** What a host is asked after its hello, in decided order: all that is in time, and the newest that are not. */
export function toAsk(open: Iterable<Work>, nowMs: number): readonly Work[] {
  const all = [...open].filter((work) => isWorthAsking(work, nowMs)).toSorted(inOrder);
  const overdue = all.filter(({ deadlineAt }) => deadlineAt <= nowMs);
  const letGo = new Set(overdue.slice(0, Math.max(0, overdue.length - MAX_OVERDUE)));
  return all.filter((work) => !letGo.has(work));
}

export const isWorthAsking = ({ deadlineAt }: Work, nowMs: number): boolean =>
  nowMs - deadlineAt < ASK_FOR_MS;

/** What is left of a deadline, in ms; never less than 0. */
export const leftOf = ({ deadlineAt }: Work, nowMs: number): number => Math.max(0, deadlineAt - nowMs);

/** What became open and what ended between two states of a session's row. */
export function changesOf(
  before: WorkRow | undefined,
  after: WorkRow,
): { readonly opened: readonly Work[]; readonly ended: readonly Work[] } {
  if (before === after) return { opened: [], ended: [] };
  const had = new Set(before?.open.map(nameOf));
  const has = new Set(after.open.map(nameOf));
  return {
    opened: after.open.filter((work) => !had.has(nameOf(work))),
    ended: before?.open.filter((work) => !has.has(nameOf(work))) ?? [],
  };
}

/** Without its text it cannot be carried out. */
export const needsText = (work: Work): boolean => work.kind === "command" && NEED_TEXT.has(work.act.kind);
/** It has a text, or may have one: an answer comes with the reason for it, where there is one. Interrupts, resumes and fences have none. */
export const mayHaveText = (work: Work): boolean =>
  needsText(work) || (work.kind === "command" && work.act.kind === "answer");
const NEED_TEXT: ReadonlySet<Act["kind"]> = new Set<Act["kind"]>(["send", "spawn"]);

/** The text of a command in the entry that accepted it; null where this is another entry, or its body was erased. */
export function textIn(entry: Entry, work: Work): string | null {
  if (entry.envelope.id !== work.entryId) return null;
  for (const read of readEvents({ entry })) {
    if (read.status !== "known" || read.event.type !== "command.accepted") continue;
    if (read.event.data.commandId === work.id) return read.event.body?.text ?? null;
  }
  return null;
}
