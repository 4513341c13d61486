/** How far each reader of the log is, and what is missing of what hosts told: a house is well when all stand at one place and nothing is missing. */
import { useLiveTable, useStanding } from "../../live/use-live.ts";
import { Bar } from "../../ui/bar.tsx";
import { Status } from "../../ui/status.tsx";
import { counted, figure } from "../../words/figures.ts";
import { oneLine } from "../../words/safe.ts";
import { HostLink, SessionLink } from "../session/links.tsx";
import { titleOf } from "../session/domain/title.ts";
import { gapsOf } from "./domain/gaps.ts";
import { marksOf, type Mark } from "./domain/watermarks.ts";
import { type LedgerView } from "./queries.ts";

export interface WatermarksProps {
  /** Of the views of the process that answered; null where it does not say. */
  readonly views: number | null;
  readonly ledgers: readonly LedgerView[];
}

export function Watermarks({ views, ledgers }: WatermarksProps) {
  const { live } = useStanding();
  const marks = marksOf({ page: live.position, views, ledgers });
  const most = Math.max(1, ...marks.map(({ position }) => position));
  return (
    <section className="block" aria-labelledby="hlt-marks">
      <h2 className="h" id="hlt-marks">
        How far each is <small>positions of the log; behind is against the farthest of them</small>
      </h2>
      <ul className="hlt-marks">
        {marks.map((mark) => (
          <MarkLine mark={mark} most={most} key={mark.name} />
        ))}
      </ul>
    </section>
  );
}

const MarkLine = ({
  mark: { name, what, position, behind },
  most,
}: {
  readonly mark: Mark;
  readonly most: number;
}) => (
  <li>
    <span>
      <b className="mid">{oneLine(name, 60)}</b>
      <small>{what}</small>
    </span>
    <Bar
      share={position / most}
      {...(behind > 0 && { tone: "attention" as const })}
      label={`${name} at ${figure(position)}, ${behind === 0 ? "level" : `${figure(behind)} behind`}`}
    />
    <span className="num">
      {figure(position)}
      <small>{behind === 0 ? "level" : `${figure(behind)} behind`}</small>
    </span>
  </li>
);

/** Sessions with gaps that are named; of more it is said how many. */
const MOST_NAMED = 12;

export function Gaps() {
  const hosts = useLiveTable("hosts");
  const sessions = useLiveTable("sessions");
  const { hosts: holed, sessions: partial } = gapsOf([...hosts.values()], [...sessions.values()]);
  const isNone = holed.length === 0 && partial.length === 0;
  return (
    <section className="block" aria-labelledby="hlt-gaps">
      <h2 className="h" id="hlt-gaps">
        Gaps <small>what hosts could not tell, and what of a history could not be had</small>
      </h2>
      {isNone && (
        <p className="small">
          <Status look={{ glyph: "check", tone: "ok", word: "None" }} />{" "}
          <span className="muted">
            of {counted(hosts.size, "host")} and {counted(sessions.size, "session")}.
          </span>
        </p>
      )}
      {!isNone && (
        <ul className="hlt-rows">
          {holed.map(({ hostId, name, words }) => (
            <li key={hostId}>
              <HostLink hostId={hostId}>{oneLine(name, 80)}</HostLink>
              <Status look={{ glyph: "failing", tone: "attention", word: "gap" }} loud />
              <span>{words}</span>
              <span />
            </li>
          ))}
          {partial.slice(0, MOST_NAMED).map((session) => (
            <li key={session.sessionId}>
              <SessionLink sessionId={session.sessionId}>{titleOf(session, session.sessionId)}</SessionLink>
              <Status look={{ glyph: "logs", tone: "wait", word: "history" }} />
              <span>{counted(session.historyGaps, "part")} missing</span>
              <span />
            </li>
          ))}
        </ul>
      )}
      {partial.length > MOST_NAMED && (
        <p className="small muted">and {counted(partial.length - MOST_NAMED, "more session")}</p>
      )}
    </section>
  );
}
