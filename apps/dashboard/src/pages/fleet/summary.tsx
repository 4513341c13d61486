/** What is true now, in one sentence, in figures and in a quiet line (F1-111…F1-121). */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { FleetState } from "../../api/types.ts";
import { Age } from "../../ui/age.tsx";
import { Figure, Figures } from "../../ui/figure.tsx";
import type { GlyphName } from "../../ui/glyphs.ts";
import { Icon } from "../../ui/icon.tsx";
import { Spark } from "../../ui/spark.tsx";
import { counted, figure } from "../../words/figures.ts";
import { countsIn, type Stretches, sumOf } from "../../words/histogram.ts";
import { peopleIn } from "./operators.ts";
import { type FleetRow, isStale, needsSomeone } from "./rows.ts";

interface SummaryProps {
  readonly fleet: FleetState;
  readonly rows: readonly FleetRow[];
}

const MINUTE_MS = 60_000;
const isAtWork = ({ session }: FleetRow): boolean => session?.activity.type === "active";

export const Summary = ({ fleet, rows }: SummaryProps) => (
  <>
    <Sentence fleet={fleet} rows={rows} />
    <Figures label="Crabboxes and people">
      <Figure name="Running crabboxes" value={fleet.totals.active} />
      <Figure name="Total crabboxes" value={fleet.totals.sessions} />
      <Figure name="Ready" value={fleet.totals.ready} />
      <Figure name="Provisioning" value={fleet.totals.provisioning} />
      <Figure name="Archived" value={fleet.totals.archived} />
      <Figure name="Visible people" value={peopleIn(rows)} />
      <Chart
        name="Active, last hour"
        times={fleet.sessions.map(({ updatedAt }) => updatedAt)}
        stretches={{ until: fleet.generatedAt, eachMs: 2 * MINUTE_MS, count: 30 }}
        says="by the minute of their last fact"
      />
      <Chart
        name="Begun, last day"
        times={fleet.sessions.map(({ createdAt }) => createdAt)}
        stretches={{ until: fleet.generatedAt, eachMs: 60 * MINUTE_MS, count: 24 }}
        says="by the hour in which they began"
      />
    </Figures>
    <Plane fleet={fleet} atWork={rows.filter(isAtWork).length} />
  </>
);

interface ChartProps {
  readonly name: string;
  readonly times: readonly (number | null)[];
  readonly stretches: Stretches;
  readonly says: string;
}

/** How many sessions, and when: the shape of the time that has just passed. */
function Chart({ name, times, stretches, says }: ChartProps) {
  const counts = countsIn(times, stretches);
  const sum = sumOf(counts);
  return (
    <Figure name={name} value={sum}>
      <Spark counts={counts} label={`${counted(sum, "session")}, ${says}`} />
    </Figure>
  );
}

function Sentence({ fleet: { totals }, rows }: Pick<SummaryProps, "fleet" | "rows">) {
  const hosts = new Set(
    rows.flatMap(({ fleet }) => (fleet.active && fleet.hostId !== null ? [fleet.hostId] : [])),
  ).size;
  const needing = rows.filter(needsSomeone).length;
  const stale = rows.filter(isStale).length;
  return (
    <p className="lede">
      <b>{figure(totals.active)}</b> of <b>{figure(totals.sessions)}</b>{" "}
      {totals.sessions === 1 ? "crabbox is" : "crabboxes are"} running on <b>{figure(hosts)}</b>{" "}
      {hosts === 1 ? "host" : "hosts"}.{" "}
      {needing === 0 ? (
        "Nothing needs anybody"
      ) : (
        <Link to="/attention">
          {figure(needing)} {needing === 1 ? "needs" : "need"} attention
        </Link>
      )}
      {stale > 0 && (
        <>
          ,{" "}
          <Link to="/" search={{ view: "stale" }}>
            {figure(stale)} {stale === 1 ? "has" : "have"} not been heard from
          </Link>
        </>
      )}
      .
    </p>
  );
}

interface PlaneProps {
  readonly fleet: FleetState;
  readonly atWork: number;
}

function Plane({ fleet: { registryAvailable, generatedAt, egress, totals, sessions }, atWork }: PlaneProps) {
  const repos = new Set(
    sessions.flatMap(({ policy }) => (policy.githubRepo === null ? [] : [policy.githubRepo])),
  ).size;
  return (
    <ul className="plane" aria-label="Control plane">
      <li className={registryAvailable ? "ok" : "t-danger"}>
        <Icon name="db" />
        <b className="w">{registryAvailable ? "Registry available" : "Registry not available"}</b>
        <span className="muted">
          answered <Age at={generatedAt} /> ago
        </span>
      </li>
      <PlaneItem glyph="policy" count={egress.sessionsWithPolicy} name="sessions with policies" />
      <PlaneItem glyph="egress" count={egress.defaultHostCount} name="default egress hosts" />
      <PlaneItem glyph="branch" count={repos} name="allowed repos" />
      <PlaneItem glyph="active" count={atWork} name="at work" />
      <PlaneItem glyph="attach" count={totals.attachable} name="attachable" />
      <PlaneItem glyph="vnc" count={totals.vnc} name="with VNC" />
      <li className="push">
        <a className="link" href="/docs/spec-v2">
          Crabfleet spec v2 <Icon name="out" size="s" />
        </a>
      </li>
    </ul>
  );
}

const PlaneItem = ({
  glyph,
  count,
  name,
}: {
  readonly glyph: GlyphName;
  readonly count: number;
  readonly name: string;
}): ReactNode => (
  <li>
    <Icon name={glyph} />
    <b>{figure(count)}</b> {name}
  </li>
);

export const captionOf = (shown: number, all: number): string =>
  `${counted(shown, "session")}${shown === all ? "" : ` of ${figure(all)}`}, those that need someone first`;
