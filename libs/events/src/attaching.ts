/** Which Codex a person can attach to: one rule for the views, which show the command, and for `claw attach`, which runs it. */

/** The first version whose TUI was seen to attach to a thread that another client made (PROTOCOL §6, W-42). */
export const ATTACHES_SINCE = "0.169";
const [SINCE_MAJOR = 0, SINCE_MINOR = 0] = ATTACHES_SINCE.split(".").map(Number);

/** Null where the text says no version. */
export function canAttachTo(codexVersion: string | null): boolean | null {
  const [, major, minor] = /^(\d{1,4})\.(\d{1,6})\b/.exec(codexVersion ?? "") ?? [];
  if (major === undefined || minor === undefined) return null;
  return Number(major) > SINCE_MAJOR || (Number(major) === SINCE_MAJOR && Number(minor) >= SINCE_MINOR);
}
