/** What stands beside a session: whose it is, its checkpoints and archive, and with whom it was shared (ADR 0014). */
import { requestedSession, type SessionId, ShareLevel, ShareScope } from "@claw/events";
import {
  ArchiveView,
  CheckpointsView,
  IsoTime,
  presentArchive,
  presentCheckpoints,
  type SessionRow,
  type SharingRow,
} from "@claw/views";
import { z } from "zod";
import { oneOf, read } from "../http/route.ts";
import type { House } from "../ports.ts";
import { eyesOf, type Looking } from "../sight.ts";
import { isoAt } from "../sign-in/who-is.ts";
import { knownSession } from "./sessions.ts";

const SharedView = z
  .object({
    scope: ShareScope,
    to: z.string(),
    level: ShareLevel,
    until: IsoTime.nullable().describe("null where it has no end"),
    by: z.string(),
    sinceAt: IsoTime,
  })
  .meta({ id: "Share" });

const GlassView = z
  .object({ by: z.string(), reason: z.string(), sinceAt: IsoTime, until: IsoTime })
  .meta({ id: "BrokenGlass" });

const RecordView = z
  .object({
    sessionId: z.string(),
    owner: z.string().nullable(),
    facts: z.int().min(0).describe("in the session's lane"),
    checkpoints: CheckpointsView.nullable(),
    archive: ArchiveView.nullable().describe("the newest, deleted or not"),
    shares: z.array(SharedView).describe("that hold now"),
    glass: z.array(GlassView).describe("who looks at it who usually may not"),
  })
  .meta({ id: "SessionRecord" });

export const sessionRecord = read({
  path: "/api/sessions/{sessionId}/record",
  summary: "What stands beside a session: owner, checkpoints, archive, and with whom it was shared",
  action: "fleet.read",
  query: z.strictObject({}),
  answer: oneOf("record", RecordView),
  handle: ({ house, caller, segment }) => {
    const row = knownSession(house, segment("sessionId"));
    const { sessionId, factCount } = row;
    const reader = house.reader();
    const owner = reader.belonging(sessionId)?.owner ?? null;
    const checkpoints = reader.checkpoints(sessionId);
    const archive = reader.archive(sessionId);
    return {
      record: {
        sessionId,
        owner,
        facts: factCount,
        checkpoints: checkpoints === null ? null : presentCheckpoints(checkpoints),
        archive: archive === null ? null : presentArchive(archive),
        ...sharedOf(house, caller, namesOf(row), owner),
      },
    };
  },
});

/** What was shared under the first name of a session is its thread's. */
const namesOf = ({ sessionId, spawn }: SessionRow): readonly SessionId[] =>
  spawn === null ? [sessionId] : [...new Set([sessionId, requestedSession(spawn.commandId)])];

type Shared = Pick<z.infer<typeof RecordView>, "shares" | "glass">;

/** With whom something is shared is told to who may share it, to who did, and to whom it was; in a house that is open to all, to all. */
function sharedOf(house: House, caller: Looking, names: readonly string[], owner: string | null): Shared {
  const eyes = eyesOf(house, caller);
  const isTheirs = eyes.isKeeper || (owner !== null && eyes.isNamed(owner));
  const nowMs = house.clocks.wallMs();
  const rows = house.sharing
    .about(names, owner)
    .filter(({ until }) => until === null || nowMs < until)
    .filter((row) => isTheirs || eyes.isNamed(row.by) || (row.kind === "share" && eyes.isNamed(row.to)));
  return { shares: rows.flatMap(shareOf), glass: rows.flatMap(glassOf) };
}

function shareOf(row: SharingRow): Shared["shares"] {
  if (row.kind !== "share" || row.level === null) return [];
  const { scope, to, level, until, by, sinceAt } = row;
  return [{ scope, to, level, by, until: until === null ? null : isoAt(until), sinceAt: isoAt(sinceAt) }];
}

const glassOf = (row: SharingRow): Shared["glass"] =>
  row.kind === "glass"
    ? [{ by: row.by, reason: row.reason, sinceAt: isoAt(row.sinceAt), until: isoAt(row.until) }]
    : [];
