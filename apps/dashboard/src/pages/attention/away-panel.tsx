/** What happened while I was away: one sentence, and behind it what it is made of (N1-033, EXPERIENCE §4.1). */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { awayQuery } from "../../api/queries.ts";
import type { FleetSession } from "../../api/types.ts";
import { useAway } from "../../state/away.ts";
import { Age, Clock } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { oneLine } from "../../words/safe.ts";
import { type Happened, HAPPENED_LOOKS, happenedSince, sumUp } from "./away.ts";

/** Lines that are told; the rest is on the page of commands. */
const MOST = 30;

export interface AwayPanelProps {
  readonly sessions: readonly FleetSession[];
  readonly nameOf: (sessionId: string) => string;
}

export function AwayPanel({ sessions, nameOf }: AwayPanelProps) {
  const [since, read] = useAway();
  if (since === null) return null;
  return <Away since={since} sessions={sessions} nameOf={nameOf} onRead={read} />;
}

interface AwayProps extends AwayPanelProps {
  readonly since: number;
  readonly onRead: () => void;
}

function Away({ since, sessions, nameOf, onRead }: AwayProps) {
  const { data, isError } = useQuery(awayQuery(since));
  const happened = useMemo(
    () => (data === undefined ? [] : happenedSince(since, { sessions, ...data })),
    [since, sessions, data],
  );
  const parts = sumUp(happened);
  return (
    <section className="away" aria-label="While you were away">
      <Button small tone="ghost" onClick={onRead}>
        Read
      </Button>
      <details>
        <summary>
          <Icon name="chevron" size="s" />
          <span>
            <b className="mid">While you were away</b>{" "}
            <span className="muted">
              (since <Age at={since} /> ago)
            </span>
            {": "}
            {isError
              ? "it cannot be told now."
              : parts.length === 0
                ? "nothing happened."
                : `${parts.join(", ")}${data?.hasMore === true ? ", and more" : ""}.`}
          </span>
        </summary>
        <ol className="log">
          {happened.slice(0, MOST).map((one) => (
            <Line key={one.key} one={one} nameOf={nameOf} />
          ))}
        </ol>
        {happened.length > MOST && (
          <Link className="link small" to="/commands">
            All in Commands
          </Link>
        )}
      </details>
    </section>
  );
}

const Line = ({
  one: { kind, at, who, did, sessionId },
  nameOf,
}: {
  readonly one: Happened;
  readonly nameOf: AwayPanelProps["nameOf"];
}) => {
  const { glyph, tone } = HAPPENED_LOOKS[kind];
  return (
    <li>
      <Clock at={at} />
      <span className={`t-${tone}`}>
        <Icon name={glyph} />
      </span>
      <span>
        {sessionId !== null && (
          <Link className="mid" to="/sessions/$sessionId" params={{ sessionId }}>
            {nameOf(sessionId)}
          </Link>
        )}{" "}
        {who === null ? did : `${oneLine(who, 80)} ${did}`}
      </span>
    </li>
  );
};
