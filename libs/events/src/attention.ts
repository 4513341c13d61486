/** Which sessions need somebody now, and what people did about it (N1-033, X1-015). Lane: decided. What needs attention is computed; only people's acts are facts. */
import { z } from "zod";
import { AtMs, CommandId } from "./ids.ts";
import { eventKind, Label, PlainLabel } from "./kind.ts";

/** The kinds of attention, the most urgent first: rank is kind, then age. */
export const AttentionKind = z.enum(["waiting", "failing", "looping", "over_budget", "blocked", "silent"]);
export type AttentionKind = z.infer<typeof AttentionKind>;

/** `<kind>/<session or host>/<cause>`: another cause is another item, so that what was put off for one does not hide the next. */
export const AttentionKey = z
  .string()
  .regex(/^[a-z_]+\/[a-z0-9][a-z0-9_-]{0,62}\/[A-Za-z0-9_.:-]{1,128}$/, "kind/session/cause");

export const AttentionSnoozed = eventKind({
  type: "attention.snoozed",
  version: 1,
  lane: "decided",
  data: z.object({ key: AttentionKey, until: AtMs.nullable(), by: Label, reason: Label }),
  body: null,
});

export const AttentionAssigned = eventKind({
  type: "attention.assigned",
  version: 1,
  lane: "decided",
  data: z.object({ key: AttentionKey, to: Label.nullable(), by: Label }),
  body: null,
});

/** Puts an item off until then, for everybody; null shows it again. */
export const AttentionSnooze = z.strictObject({
  type: z.literal("attention.snooze"),
  commandId: CommandId,
  key: AttentionKey,
  until: AtMs.nullable(),
  reason: PlainLabel.min(1),
});

/** Whose it is to look after; null is nobody's. */
export const AttentionAssign = z.strictObject({
  type: z.literal("attention.assign"),
  commandId: CommandId,
  key: AttentionKey,
  to: PlainLabel.min(1).nullable(),
});
