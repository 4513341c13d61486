/**
 * Archives one session of so many MiB of text into a directory, and says how much it held at most, garbage aside. Run as
 * `node --expose-gc child-archive-long.ts <folder> <MiB>`. Ledger and rows are made as they are read, so that what is measured is archiving.
 */
import { openDirectoryObjects } from "@claw/archives";
import { position, seal, type SessionId, sessionLane, stampEntry, type EntryId } from "@claw/events";
import { type ItemRow, newSession, type SessionRow } from "@claw/views";
import { Effect, Stream } from "effect";
import type { ArchiveRows, RowsThen } from "../src/archive/rows.ts";
import { writeArchive } from "../src/archive/write.ts";

const [, , folder = "", mib = "1"] = process.argv;
const KIB_EACH = 32;
/** As many entries as a log reads at once of that size: pages of 4 MiB. */
const PAGE = 128;
const ITEMS = (Number(mib) * 1_024) / KIB_EACH;
const TEXT = "0123456789abcde\n".repeat(KIB_EACH * 64);
const ONE = "0199-long" as SessionId;
const AT = 1_795_000_000_000;

/** Collecting garbage takes milliseconds: some 16 looks in each reading of the whole, whatever its length, and one for each page of the short. */
const LOOK_EVERY = Math.ceil(ITEMS / PAGE / 16);
let pages = 0;
let mostHeld = 0;

/** Looks at every so many pages what is left when the garbage is gone. How much of that a busy machine lets lie is nobody's promise. */
function look(): void {
  pages += 1;
  if (pages % LOOK_EVERY !== 0) return;
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  mostHeld = Math.max(mostHeld, heapUsed + external);
}

const item = (n: number): ItemRow => ({
  sessionId: ONE,
  turnId: `turn-${Math.floor(n / 100)}` as ItemRow["turnId"],
  itemId: `item-${n}` as ItemRow["itemId"],
  kind: "agentMessage",
  phase: "completed",
  status: null,
  startedAt: null,
  completedAt: AT,
  durationMs: null,
  exitCode: null,
  clientId: null,
  text: TEXT,
  command: null,
  output: null,
  tool: null,
  paths: [],
  cutBytes: 0,
  order: String(n),
});

const entry = (n: number) => {
  const event = { type: "item.completed", v: 1, at: AT, data: { n }, body: { text: TEXT } };
  const sealed = seal(sessionLane(ONE), null, [event], () => "00".repeat(16));
  return stampEntry(sealed, { id: `test/${n}` as EntryId, by: { kind: "ingest" }, at: AT });
};

const place = { hostId: "h", endpointId: "main", source: "cli" } as unknown as Parameters<
  typeof newSession
>[1];
const row: SessionRow = { ...newSession(ONE, place, AT), factCount: ITEMS, closed: "archived" };
const subject = { row, status: "stopped" } as const;
const then: RowsThen = {
  position: position(ITEMS),
  subject: () => subject,
  items: (_id, { limit, cursor }) => {
    look();
    const from = Number(cursor ?? 0);
    const to = Math.min(ITEMS, from + limit);
    const page = Array.from({ length: to - from }, (_, n) => item(from + n));
    return { rows: page, nextCursor: to < ITEMS ? String(to) : null };
  },
  turn: () => null,
  close: () => undefined,
};
const rows: ArchiveRows = {
  subjects: () => ({ rows: [subject], nextCursor: null }),
  subject: then.subject,
  archived: () => null,
  snapshot: () => then,
  limits: () => ({ everyMs: 1, keepMs: 1 }),
};

const program = Effect.gen(function* () {
  const store = yield* openDirectoryObjects(folder);
  const read = () =>
    Stream.map(Stream.range(1, ITEMS, PAGE), (n) => {
      if (n % PAGE === 0) look();
      return { position: position(n), entry: entry(n) };
    });
  return yield* writeArchive({ rows, read, store }, ONE);
});

const writing = await Effect.runPromise(program);
process.stdout.write(JSON.stringify({ status: writing.status, heldMib: mostHeld / 1_048_576 }));
