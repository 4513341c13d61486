/** What a session says of its own work (S1-070, S1-166). Lane: decided, because it comes through the gate and not up an uplink. */
import { z } from "zod";
import { SessionId } from "./ids.ts";
import { eventKind, Label, Text } from "./kind.ts";

export const WorkState = z.enum(["working", "waiting", "blocked", "done", "failed"]);
export type WorkState = z.infer<typeof WorkState>;

export const ProgressReported = eventKind({
  type: "progress.reported",
  version: 1,
  lane: "decided",
  data: z.object({
    sessionId: SessionId,
    state: WorkState,
    phase: Label.nullable(),
    percent: z.int().min(0).max(100).nullable(),
  }),
  body: z.object({ note: Text, purpose: Label.nullable() }),
});
