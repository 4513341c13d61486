/** What is kept of a session: whose it is, how much was told of it, its checkpoints, its newest archive. */
import type { SessionView } from "../../api/types.ts";
import { Age } from "../../ui/age.tsx";
import { Status } from "../../ui/status.tsx";
import { counted, figure, sized } from "../../words/figures.ts";
import { oneLine } from "../../words/safe.ts";
import type { RecordView } from "./use-record.ts";

interface RecordPanelProps {
  readonly session: SessionView;
  /** Undefined while it is not read. */
  readonly record: RecordView | undefined;
}

/** Checkpoints that are named; of more it is said how many. */
const MOST_NAMED = 4;

export const RecordPanel = ({ session: { sessionId, historyGaps, attempts }, record }: RecordPanelProps) => (
  <section>
    <h2 className="h">Record</h2>
    <dl className="dl">
      <dt>Owner</dt>
      <dd>{ownerOf(record)}</dd>
      <dt>Log</dt>
      <dd className="num">
        {record === undefined ? "unknown" : counted(record.facts, "fact")}
        {historyGaps > 0 && <small>{counted(historyGaps, "part")} of the history could not be had</small>}
        {attempts > 0 && (
          <small className="t-danger">
            <span className="w">{counted(attempts, "call")} with its key that were not its own</span>
          </small>
        )}
      </dd>
      <dt>Archive</dt>
      <dd>
        <Archive sessionId={sessionId} archive={record?.archive} />
      </dd>
      <dt>Checkpoints</dt>
      <dd>
        <Checkpoints checkpoints={record?.checkpoints} />
      </dd>
    </dl>
  </section>
);

function ownerOf(record: RecordView | undefined) {
  if (record === undefined) return <span className="muted">unknown</span>;
  return record.owner === null ? (
    <span className="muted">nobody has said</span>
  ) : (
    <span className="trunc">{oneLine(record.owner, 80)}</span>
  );
}

/** Its parts, by the names under which the API gives them. */
const PARTS = ["events.ndjson", "transcript.md", "summary.json"] as const;

interface ArchiveProps {
  readonly sessionId: string;
  /** Undefined while it is not read. */
  readonly archive: RecordView["archive"] | undefined;
}

function Archive({ sessionId, archive }: ArchiveProps) {
  if (archive === undefined) return <span className="muted">unknown</span>;
  if (archive === null)
    return (
      <>
        <span className="muted">none yet</span>
        <small>it is written when the session ends, and while it changes</small>
      </>
    );
  const { isFinal, deletedAt, archivedAt, version, events, bytes, position, failure } = archive;
  return (
    <>
      {deletedAt === null ? (
        <Status
          look={
            isFinal
              ? { glyph: "verified", tone: "ok", word: "final" }
              : { glyph: "clock", tone: "wait", word: "not the last" }
          }
        />
      ) : (
        <span className="muted">deleted by retention</span>
      )}
      <small className="num">
        version {figure(version)}, {counted(events, "fact")} to {figure(position)}, {sized(bytes)},{" "}
        <Age at={deletedAt ?? archivedAt} /> ago
      </small>
      {failure !== null && <small>{oneLine(failure, 120)}</small>}
      {deletedAt === null && (
        <small className="ses-parts">
          {PARTS.map((part) => (
            <a
              className="link"
              key={part}
              href={`/api/archives/${encodeURIComponent(sessionId)}/${part}`}
              download={`${sessionId}-${part}`}
            >
              {part}
            </a>
          ))}
        </small>
      )}
    </>
  );
}

function Checkpoints({ checkpoints }: { readonly checkpoints: RecordView["checkpoints"] | undefined }) {
  if (checkpoints === undefined) return <span className="muted">unknown</span>;
  if (checkpoints === null) return <span className="muted">none</span>;
  const { count, bytes, newest } = checkpoints;
  return (
    <>
      <span className="num">
        {figure(count)} <span className="muted">{sized(bytes)}</span>
      </span>
      {newest
        .slice(-MOST_NAMED)
        .toReversed()
        .map(({ checkpointId, kind, bytes: size, madeAt }) => (
          <small className="num" key={checkpointId}>
            {oneLine(kind, 40)} <code>{oneLine(checkpointId, 40)}</code>, {sized(size)}, <Age at={madeAt} />{" "}
            ago
          </small>
        ))}
    </>
  );
}
