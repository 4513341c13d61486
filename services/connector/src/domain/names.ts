/**
 * Codex's ids and words, made fit for ours. Codex mints UUIDs today; an id of another form is replaced by a digest of it, so that the same
 * id always gets the same name and nothing a peer chose can widen a subject.
 */
import { AtMs, ItemId, SessionId, sha256, TurnId } from "@claw/events";

export const sessionIdOf = (threadId: string): SessionId =>
  SessionId.safeParse(threadId).data ?? (`x${digestOf(threadId)}` as SessionId);
export const turnIdOf = (id: string): TurnId => TurnId.safeParse(id).data ?? (`x${digestOf(id)}` as TurnId);
export const itemIdOf = (id: string): ItemId => ItemId.safeParse(id).data ?? (`x${digestOf(id)}` as ItemId);

const digestOf = (text: string): string => sha256(text.toWellFormed()).slice(0, 40);

/** Codex counts seconds in threads and turns. What is no time is null, never a guess. */
export const msOfSeconds = (seconds: unknown): number | null =>
  typeof seconds === "number" ? saneMs(seconds * 1_000) : null;

/** Milliseconds as Codex stamps them, or null when they are no time of this century. */
export const saneMs = (ms: unknown): number | null =>
  typeof ms === "number" ? (AtMs.safeParse(Math.round(ms)).data ?? null) : null;

/** A duration in milliseconds, or null. */
export const durationOf = (ms: unknown): number | null =>
  typeof ms === "number" && Number.isFinite(ms) && ms >= 0 ? ms : null;
