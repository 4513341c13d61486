/** What the connector's tests share: an outbox in a folder of its own, clocks that a test moves, and threads as Codex shows them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Thread, Turn } from "@claw/codex-rpc";
import { type EndpointId, type Event, type HostId, readEvent } from "@claw/events";
import type { Fact } from "@claw/wire";
import { describeThread } from "../src/domain/translate/thread.ts";
import type { Scrub } from "../src/domain/scrub.ts";
import { cutBytes } from "../src/domain/scrub.ts";
import { openOutbox, type Outbox, type OutboxOptions } from "../src/outbox/outbox.ts";

export const hostId = "h1" as HostId;
export const endpointId = "local" as EndpointId;
export const place = { hostId, endpointId };
export const plain: Scrub = cutBytes;
export const NOW = 1_795_210_886_000;
export const scale = Number(process.env["CLAW_TEST_SCALE"] ?? "1");

export interface Folder {
  readonly path: string;
  readonly remove: () => void;
}

export function makeFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "claw-connector-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export const open = (folder: Folder, options: Partial<OutboxOptions> = {}): Outbox =>
  openOutbox({
    directory: folder.path,
    hostId,
    redactor: "r1",
    wallMs: () => NOW,
    machineId: "m1",
    ...options,
  });

/** Everything in the outbox. */
export const facts = (outbox: Outbox): readonly Fact[] => outbox.read(0, { rows: 1_000_000, bytes: 1e9 });

/** The events in the outbox, read as every reader will read them; one that does not fit its schema fails the test. */
export const events = (outbox: Pick<Outbox, "read">): readonly (Event & { readonly lane: string })[] =>
  outbox.read(0, { rows: 1_000_000, bytes: 1e9 }).flatMap(({ lane, events: sealed, bodies }) =>
    sealed.map((event, index) => {
      const read = readEvent(event, bodies[index] ?? null);
      if (read.status !== "known") throw new Error(`${event.type}: ${JSON.stringify(read)}`);
      return { ...read.event, lane };
    }),
  );

export const thread = (id: string, over: Partial<Thread> = {}): Thread => ({
  id,
  sessionId: id,
  preview: "hello",
  ephemeral: false,
  status: { type: "idle" },
  cwd: "/repo",
  modelProvider: "fake",
  cliVersion: "0.169.0",
  createdAt: 1_795_210_886,
  updatedAt: 1_795_210_886,
  source: "vscode",
  turns: [],
  ...over,
});

export const turn = (id: string, over: Partial<Turn> = {}): Turn => ({
  id,
  status: "completed",
  items: [],
  startedAt: 1_795_210_886,
  completedAt: 1_795_210_887,
  durationMs: 900,
  error: null,
  ...over,
});

export const described = (id: string, over: Partial<Thread> = {}) =>
  describeThread(thread(id, over), place, null, plain);
