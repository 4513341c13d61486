/** How policy names its entries. The name of a first verdict follows from the command id, so the log itself remembers what was decided. */
import type { CommandId, EntryId } from "@claw/events";

/** The first verdict on a command id. There is at most one, because an entry id is one entry for ever. */
export const decisionId = (commandId: CommandId): EntryId => `decision/${commandId}` as EntryId;

/** A later refusal under an id that has its verdict. `unique` is new each time. */
export const reuseId = (commandId: CommandId, unique: string): EntryId =>
  `reuse/${commandId}/${unique}` as EntryId;

export const leadId = (leader: string): EntryId => `led/${leader}` as EntryId;
