/** Which sessions and runtimes need somebody now, the most urgent first (N1-033, X1-015). */
import { AttentionKind } from "@claw/events";
import { type AttentionEntry, AttentionView, type FleetLine, presentAttention } from "@claw/views";
import { z } from "zod";
import { cursor, flag, limit, word } from "../http/query.ts";
import { listOf, read } from "../http/route.ts";
import { linesFor } from "../sight.ts";
import { pageOfList } from "./page.ts";

const name = z.string().min(1).max(1_024).optional();

const AttentionQuery = z.strictObject({
  kind: AttentionKind.optional(),
  session: word.describe("What is about this session or runtime."),
  host: word.describe("What is about sessions of this host."),
  group: word.describe("What is about sessions that this group looks after."),
  repo: name.describe("What is about sessions in this repository."),
  owner: name.describe("What is about sessions of this owner."),
  assigned: name.describe("What is assigned to somebody of this name."),
  snoozed: flag.describe("What is put off as well."),
  limit,
  cursor,
});
type AttentionQuery = z.output<typeof AttentionQuery>;

/** An item, and what it is about: so that nobody has to ask for each session. */
const ItemAnswer = AttentionView.extend({
  hostId: z.string().nullable(),
  group: z.string(),
  repo: z.string().nullable(),
  owner: z.string().nullable(),
  status: z.string(),
});

interface Found {
  readonly line: FleetLine;
  readonly entry: AttentionEntry;
}

/** N1-033, X1-015 */
export const listAttention = read({
  path: "/api/attention",
  summary: "What needs somebody now: the most urgent kind first, of a kind what waits longest",
  action: "fleet.read",
  query: AttentionQuery,
  answer: listOf("attention", ItemAnswer),
  handle: ({ house, caller, query }) => {
    const position = house.reader().position();
    const found = linesFor(house, caller)
      .filter((line) => isAbout(line, query))
      .flatMap((line) => line.attention.map((entry) => ({ line, entry })))
      .filter(({ entry }) => isWanted(entry, query));
    const sorted = found.toSorted((a, b) => byPlace(placeOf(a), placeOf(b)));
    const { rows, nextCursor } = pageOfList(sorted, query, placeOf);
    const nowMs = house.clocks.wallMs();
    return { attention: rows.map((one) => answerOf(one, nowMs)), nextCursor, position };
  },
});

const isAbout = ({ session, belonging }: FleetLine, query: AttentionQuery): boolean =>
  (query.session === undefined || session.id === query.session) &&
  (query.host === undefined || session.hostId === query.host) &&
  (query.group === undefined || belonging.group === query.group) &&
  (query.repo === undefined || session.repo === query.repo) &&
  (query.owner === undefined || session.owner === query.owner);

const isWanted = ({ kind, acts, isSnoozed }: AttentionEntry, query: AttentionQuery): boolean =>
  (query.snoozed || !isSnoozed) &&
  (query.kind === undefined || kind === query.kind) &&
  (query.assigned === undefined || acts?.assignedTo === query.assigned);

/** The order of `ranked`, as values that a cursor can hold: kind, age, key. */
const placeOf = ({ entry: { kind, sinceAt, key } }: Found): readonly [number, number, string] => [
  AttentionKind.options.indexOf(kind),
  sinceAt,
  key,
];

type Placed = ReturnType<typeof placeOf>;
const byPlace = ([kindA, sinceA, keyA]: Placed, [kindB, sinceB, keyB]: Placed): number =>
  kindA - kindB || sinceA - sinceB || (keyA < keyB ? -1 : Number(keyA > keyB));

function answerOf({ line, entry }: Found, nowMs: number): z.infer<typeof ItemAnswer> {
  const { hostId, repo, owner, status } = line.session;
  return { ...presentAttention(entry, nowMs), hostId, group: line.belonging.group, repo, owner, status };
}
