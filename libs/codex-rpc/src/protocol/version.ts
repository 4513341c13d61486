/** The Codex version that this protocol subset was last compared with (`scripts/refresh-protocol.ts`). */
export const comparedCodexVersion = "0.169.0";

/** What a user agent says: `<originator>/<version> (<system>) <terminal> (<client>; <version>)`. */
export interface ParsedUserAgent {
  /** The `clientInfo.name` of the first connection of that server process, whoever is asking now. */
  readonly originator: string;
  /** `major.minor.patch`, with a pre-release tail if there is one. */
  readonly codexVersion: string;
}

/** Reads a user agent, or returns null when it has another form. The originator may hold spaces and slashes. */
export function parseUserAgent(userAgent: string): ParsedUserAgent | null {
  const match = /^([^\n]{1,200}?)\/(\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[\w.]{1,40})?)(?:\s|$)/.exec(userAgent);
  const [, originator, codexVersion] = match ?? [];
  return originator === undefined || codexVersion === undefined ? null : { originator, codexVersion };
}
