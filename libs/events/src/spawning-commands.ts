/** Commands that make sessions, put them back into memory, and stop whole trees of them. */
import { z } from "zod";
import { CommandId, EndpointId, HostId, SessionId } from "./ids.ts";
import { PlainLabel, Reason, Text } from "./kind.ts";
import { hostsOwnSettings, ThreadSettings } from "./thread-settings.ts";

const commandId = CommandId;
const target = z.strictObject({ sessionId: SessionId });
const deadlineMs = z.int().min(1_000).max(600_000).default(60_000);
const purpose = PlainLabel.min(1).nullable().default(null);
const settings = ThreadSettings.default(hostsOwnSettings);

/** An absolute path on the host, which alone says whether it lies under a folder of its own choice. */
const workspace = PlainLabel.regex(/^\/[^\0]*$/, "an absolute path");

/**
 * A session that works by itself, and that people may attach to (S1-015, S1-104…S1-112). Without `hostId` policy chooses one by its load. The caller, if it is a
 * session, is its parent. Repeating it is one session: name the commandId after the task.
 */
export const SessionSpawn = z.strictObject({
  type: z.literal("session.spawn"),
  commandId,
  hostId: HostId.nullable().default(null),
  endpointId: EndpointId.nullable().default(null),
  workspace,
  text: Text.min(1),
  purpose,
  settings,
  deadlineMs,
});

/** The same with another session's history, on its host and in its folder. */
export const SessionFork = z.strictObject({
  type: z.literal("session.fork"),
  commandId,
  target,
  text: Text.min(1),
  purpose,
  settings,
  deadlineMs,
});

/** Back into memory, without a turn. */
export const SessionResume = z.strictObject({
  type: z.literal("session.resume"),
  commandId,
  target,
  reason: Reason.exactOptional(),
  deadlineMs,
});

/** Freezes a session, with `tree` all that it spawned, and interrupts what they do. What is frozen takes nothing until `switch.set` lifts it (X1-003). */
export const SessionStop = z.strictObject({
  type: z.literal("session.stop"),
  commandId,
  target,
  tree: z.boolean().default(true),
  reason: PlainLabel.min(1),
  deadlineMs,
});
