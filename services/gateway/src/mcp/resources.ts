/** codex://sessions and what lies below it (S1-074…076): the same data as the tools give, under the same rules. */
import { Refused } from "../http/problem.ts";
import { pageOf } from "../routes/page.ts";
import { LIST_URI, readUri, sessionUri, transcriptUri } from "./domain/uris.ts";
import { lineOf } from "./domain/words.ts";
import {
  knownTo,
  MAX_ITEMS,
  type Reading,
  readSession,
  readSessions,
  readTranscript,
  refuseWords,
} from "./reading.ts";

const JSON_TYPE = "application/json";
/** Sessions in one page of the list of resources, and in the resource that is the list. */
const PAGE = 100;

const LIST = {
  uri: LIST_URI,
  name: "sessions",
  title: "Codex sessions",
  description: "The sessions that the supervisor sees, the one that changed last first; the newest hundred.",
  mimeType: JSON_TYPE,
};

export const TEMPLATES = [
  {
    uriTemplate: sessionUri("{sessionId}"),
    name: "session",
    title: "A Codex session",
    description: "One session as it is now.",
    mimeType: JSON_TYPE,
  },
  {
    uriTemplate: transcriptUri("{sessionId}"),
    name: "transcript",
    title: "The transcript of a Codex session",
    description: `The newest items, at most ${MAX_ITEMS} and 64 KiB. Closed for others' sessions unless a policy opens it.`,
    mimeType: JSON_TYPE,
  },
];

/** The list itself, then every session, in pages. */
export function listResources({ house }: Reading, cursor: string | null) {
  return pageOf(
    house,
    (reader) => reader.sessions({}, { limit: PAGE, cursor }),
    ({ rows, nextCursor }) => ({
      resources: [
        ...(cursor === null ? [LIST] : []),
        ...rows.map(({ sessionId, repo, workspace }) => ({
          uri: sessionUri(sessionId),
          name: sessionId,
          title: lineOf(`${repo ?? workspace ?? "Codex session"}`),
          mimeType: JSON_TYPE,
        })),
      ],
      ...(nextCursor !== null && { nextCursor }),
    }),
  );
}

/** What a resource holds now. Refuses addresses that are none of ours, and what the caller may not read. */
export function readResource(reading: Reading, uri: string) {
  const data = dataOf(reading, uri);
  return { contents: [{ uri, mimeType: JSON_TYPE, text: JSON.stringify(data) }] };
}

function dataOf(reading: Reading, uri: string): object {
  const ref = readUri(uri);
  if (ref === null) throw noSuchResource();
  if (ref.kind === "sessions") return readSessions(reading, {}, { limit: PAGE, cursor: null });
  if (ref.kind === "session") return readSession(reading, ref.sessionId);
  return readTranscript(reading, ref.sessionId, { limit: MAX_ITEMS, cursor: null });
}

/** Refuses what the caller could not read: who may not see a transcript does not hear when it grows. */
export function refuseFollowing(reading: Reading, uri: string): void {
  const ref = readUri(uri);
  if (ref === null) throw noSuchResource();
  if (ref.kind === "sessions") return;
  const row = knownTo(reading, ref.sessionId);
  if (ref.kind === "transcript") refuseWords(reading, row);
}

const noSuchResource = (): Refused => new Refused("not_found", { kind: "resource" });
