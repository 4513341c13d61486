/**
 * Who asks, and what that means for what they get. Everything that leaves the house passes here: it is the last redaction.
 *
 * Names, previews, messages, commands and error texts come from transcripts. They are null for those who may not read transcripts (X1-025),
 * and pass the redactor again for those who may (S1-137).
 */
import type { Principal } from "@claw/events";

export interface Asker {
  readonly principal: Principal;
  /** The last redaction of text: the identity where the text passed the newest redactor on its host. */
  readonly presentText: (text: string) => string;
  /** Epoch ms: ages are told as of now. */
  readonly nowMs: number;
}

const TRANSCRIPT_READERS: ReadonlySet<Principal["role"]> = new Set(["operator", "auditor", "admin", "claw"]);

/** Viewers see that work goes on, not what is said; a session and a host see no other's words. */
export const mayReadTranscripts = ({ role }: Principal): boolean => TRANSCRIPT_READERS.has(role);

/** Text of a transcript for this asker. */
export const transcriptText = (asker: Asker, text: string | null): string | null =>
  text === null || !mayReadTranscripts(asker.principal) ? null : asker.presentText(text);
