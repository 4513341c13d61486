/** The command that asks for a session, from what was filled in. Pure; the house judges it, here is only what cannot be asked at all. */
import type { CommandInput } from "../../api/types/command.ts";

export interface SpawnDraft {
  /** Empty: policy chooses by load. */
  readonly hostId: string;
  readonly workspace: string;
  readonly text: string;
  readonly purpose: string;
}

export const NO_DRAFT: SpawnDraft = { hostId: "", workspace: "", text: "", purpose: "" };

/** Null while something that it needs is missing. A repeat under the same id is the same session, never a second one. */
export function spawnOf(
  { hostId, workspace, text, purpose }: SpawnDraft,
  commandId: string,
): CommandInput | null {
  if (!workspace.trim().startsWith("/") || text.trim() === "") return null;
  return {
    type: "session.spawn",
    commandId,
    hostId: hostId === "" ? null : hostId,
    workspace: workspace.trim(),
    text: text.trim(),
    purpose: purpose.trim() === "" ? null : purpose.trim(),
  };
}
