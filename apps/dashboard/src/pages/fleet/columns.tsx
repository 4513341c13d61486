/** The columns of the fleet's table. Lifecycle, activity, freshness and who is attached are four facts, and none stands in for another. */
import { Link } from "@tanstack/react-router";
import { PersonMark } from "../../ui/actor.tsx";
import { Age } from "../../ui/age.tsx";
import type { Column } from "../../ui/columns.ts";
import { CopyId } from "../../ui/copy.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Status } from "../../ui/status.tsx";
import {
  activityLook,
  attentionLook,
  FRESHNESS_LOOKS,
  HUMAN_LOOKS,
  LIFECYCLE_LOOKS,
} from "../../ui/tones.ts";
import { figure, roughly } from "../../words/figures.ts";
import { oneLine, shortId } from "../../words/safe.ts";
import { attachLine, type FleetRow, stateRank } from "./rows.ts";

interface CellProps {
  readonly row: FleetRow;
}

const Lead = ({ row: { id, fleet, title, session } }: CellProps) => {
  const { glyph, tone } = LIFECYCLE_LOOKS[fleet.status];
  return (
    <>
      <span className={`glyph t-${tone}`}>
        <Icon name={glyph} />
      </span>
      {session === null ? (
        <span className="title">{title}</span>
      ) : (
        <Link className="title" to="/sessions/$sessionId" params={{ sessionId: id }}>
          {title}
        </Link>
      )}
      <small className="repo">
        {fleet.repo !== null && <b>{oneLine(fleet.repo, 80)}</b>}{" "}
        {fleet.branch !== null && oneLine(fleet.branch, 80)}
      </small>
    </>
  );
};

/** The first line is the lifecycle, the second why somebody is needed, else what Codex does; of what is stale, what it did. */
const State = ({ row: { fleet, session, need: item } }: CellProps) => {
  const need = item?.kind ?? fleet.attention[0];
  const was = fleet.freshness === "live" || session === null ? "" : "was ";
  return (
    <>
      <span className="st">
        <span>{LIFECYCLE_LOOKS[fleet.status].word}</span>
        <span className="muted">
          <Age at={fleet.stoppedAt ?? fleet.createdAt} />
        </span>
      </span>
      {need === undefined ? (
        session !== null && (
          <small>
            <span className="w">
              {was}
              {activityLook(session.activity.type).word}
            </span>{" "}
            <Age at={session.activity.sinceAt} />
          </small>
        )
      ) : (
        <small className={`t-${attentionLook(need).tone}`} title={item?.evidence}>
          <span className="w">{attentionLook(need).word}</span> {item !== null && <Age at={item.sinceAt} />}
          {fleet.attention.length > 1 && ` and ${fleet.attention.length - 1} more`}
        </small>
      )}
    </>
  );
};

const Human = ({ row: { session } }: CellProps) => {
  const { attached, evidence, at } = session?.presence ?? {
    attached: "unknown" as const,
    evidence: null,
    at: null,
  };
  return (
    <>
      <Status look={HUMAN_LOOKS[attached]} />
      <small>
        {evidence ?? "no door on host"} {at !== null && <Age at={at} />}
      </small>
    </>
  );
};

const Host = ({ row: { fleet, host, session } }: CellProps) => {
  const fresh = FRESHNESS_LOOKS[fleet.freshness];
  if (host === null) return <span className="muted">–</span>;
  return (
    <>
      <Link className="trunc" to="/hosts" hash={fleet.hostId ?? ""}>
        {oneLine(host, 60)}
      </Link>
      <small className={`t-${fresh.tone === "ok" ? "off" : fresh.tone}`}>
        <span className="w">{fresh.word}</span> <Age at={session?.lastSeenAt ?? fleet.lastSeenAt} />
      </small>
    </>
  );
};

const Lease = ({ row: { fleet, session } }: CellProps) => {
  const writer = session?.writer;
  if (writer === undefined || writer === null)
    return (
      <>
        <span className="muted">{fleet.writer ?? (fleet.active ? "free" : "–")}</span>
        {fleet.reapAt !== null && (
          <small>
            ends in <Age at={fleet.reapAt} until />
          </small>
        )}
      </>
    );
  return (
    <>
      <span className={`st actor ${writer.holder.kind === "claw" ? "claw" : ""}`}>
        <Icon name={writer.holder.kind === "claw" ? "a-claw" : "person"} />
        <span className="trunc">{writer.holder.name}</span>
      </span>
      <small>
        since <Age at={writer.sinceAt} />
      </small>
    </>
  );
};

const Egress = ({ row: { fleet } }: CellProps) =>
  fleet.policy.present ? (
    <>
      {figure(fleet.policy.allowedHostCount)}
      <small>
        {fleet.policy.githubCredentialSource === "none"
          ? "no credential"
          : fleet.policy.githubCredentialSource}
      </small>
    </>
  ) : (
    <>
      <span className="muted">none</span>
      <small className={fleet.active ? "t-attention" : undefined}>
        <span className="w">no policy</span>
      </small>
    </>
  );

const Work = ({ row: { session } }: CellProps) =>
  session === null ? (
    <span className="muted">–</span>
  ) : (
    <>
      {figure(session.turnCount)}
      <small>{session.usage === null ? "–" : `${roughly(session.usage.totalTokens)} tokens`}</small>
    </>
  );

const Attach = ({ row }: CellProps) => (
  <>
    <CopyId shown={shortId(row.id)} text={attachLine(row)} />
    <small>{row.fleet.attachable ? "attachable" : "not attachable"}</small>
  </>
);

export const FLEET_COLUMNS: readonly Column<FleetRow>[] = [
  {
    id: "session",
    head: "Session",
    width: "minmax(170px, 1fr)",
    look: "lead",
    isFixed: true,
    by: ({ title }) => title.toLowerCase(),
    cell: (row) => <Lead row={row} />,
  },
  {
    id: "state",
    key: "S",
    head: "State",
    width: "150px",
    look: "full keep",
    isFixed: true,
    by: stateRank,
    cell: (row) => <State row={row} />,
  },
  {
    id: "human",
    head: "Human",
    width: "108px",
    look: "off",
    from: 1_180,
    by: ({ session }) => session?.presence.attached ?? null,
    cell: (row) => <Human row={row} />,
  },
  {
    id: "runtime",
    key: "R",
    head: "Runtime",
    width: "76px",
    look: "inline",
    from: 1_080,
    by: ({ fleet }) => fleet.runtime,
    cell: ({ fleet }) => (
      <>
        {fleet.runtime}
        <small>{fleet.vnc ? "VNC" : "no VNC"}</small>
      </>
    ),
  },
  {
    id: "host",
    key: "H",
    head: "Host, freshness",
    width: "98px",
    look: "corner",
    by: ({ host }) => host,
    cell: (row) => <Host row={row} />,
  },
  {
    id: "lease",
    key: "W",
    head: "Lease",
    width: "100px",
    look: "lab",
    by: ({ fleet }) => fleet.writer,
    cell: (row) => <Lease row={row} />,
  },
  {
    id: "logs",
    key: "L",
    head: "Logs",
    width: "62px",
    look: "r lab",
    isDescFirst: true,
    by: ({ fleet }) => fleet.logEvents,
    cell: ({ fleet }) => (
      <>
        {figure(fleet.logEvents)}
        <small>{fleet.archived ? "archived" : "–"}</small>
      </>
    ),
  },
  {
    id: "egress",
    key: "E",
    head: "Egress",
    width: "70px",
    look: "r lab",
    isDescFirst: true,
    by: ({ fleet }) => (fleet.policy.present ? fleet.policy.allowedHostCount : null),
    cell: (row) => <Egress row={row} />,
  },
  {
    id: "turns",
    key: "U",
    head: "Turns",
    width: "84px",
    look: "r off",
    from: 1_300,
    isDescFirst: true,
    by: ({ session }) => session?.turnCount ?? null,
    cell: (row) => <Work row={row} />,
  },
  {
    id: "owner",
    key: "O",
    head: "Owner",
    isHeadHidden: true,
    width: "26px",
    look: "off",
    from: 1_400,
    by: ({ fleet }) => fleet.owner,
    cell: ({ fleet }) => (fleet.owner === null ? null : <PersonMark name={fleet.owner} />),
  },
  { id: "attach", head: "Attach", width: "96px", look: "full", cell: (row) => <Attach row={row} /> },
];
