/** The resources' addresses (S1-074…076). */
import { SessionId } from "@claw/events";

export const LIST_URI = "codex://sessions";
export const sessionUri = (sessionId: string): string => `${LIST_URI}/${sessionId}`;
export const transcriptUri = (sessionId: string): string => `${sessionUri(sessionId)}/transcript`;

export type ResourceRef =
  | { readonly kind: "sessions" }
  | { readonly kind: "session" | "transcript"; readonly sessionId: SessionId };

const ONE = /^codex:\/\/sessions\/([^/]{1,63})(\/transcript)?$/;

/** What an address names, or null if it is none of ours. That it names something does not say that it is there. */
export function readUri(uri: string): ResourceRef | null {
  if (uri === LIST_URI) return { kind: "sessions" };
  const [, id, transcript] = ONE.exec(uri) ?? [];
  const read = SessionId.safeParse(id);
  if (!read.success) return null;
  return { kind: transcript === undefined ? "session" : "transcript", sessionId: read.data };
}
