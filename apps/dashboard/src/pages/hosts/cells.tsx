/** The cells of the table of hosts. What is not known of a silent host is a dash, and what was known says "was". */
import type { ReactNode } from "react";
import { useNow } from "../../state/now.ts";
import { Age } from "../../ui/age.tsx";
import { Bar } from "../../ui/bar.tsx";
import { Spark } from "../../ui/spark.tsx";
import { Status } from "../../ui/status.tsx";
import { FRESHNESS_LOOKS } from "../../ui/tones.ts";
import { counted, figure, roughly } from "../../words/figures.ts";
import { countsIn, sumOf } from "../../words/histogram.ts";
import { msOf } from "../../words/age.ts";
import { oneLine } from "../../words/safe.ts";
import { isSkewed, nameOf, skewOf } from "./domain/knowledge.ts";
import type { HostLine } from "./use-hosts.ts";

interface CellProps {
  readonly line: HostLine;
}

const isLive = ({ host }: HostLine): boolean => host.freshness.state === "live";
export const activeIn = ({ sessions }: HostLine): number =>
  sessions.filter(({ activity }) => activity.type === "active").length;

const Two = ({ children, second }: { readonly children: ReactNode; readonly second: ReactNode }) => (
  <>
    {children}
    <small>{second}</small>
  </>
);

const Unknown = () => <span className="muted">—</span>;

export const HostCell = ({
  line: { host },
  onOpen,
}: CellProps & { readonly onOpen: (hostId: string) => void }) => (
  <Two second={machineOf(host.osRelease ?? host.platform, host.cpus)}>
    <button type="button" className="title hst-name" onClick={() => onOpen(host.hostId)}>
      {oneLine(nameOf(host), 80)}
    </button>
  </Two>
);

/** `Debian 12, 16 cores` */
function machineOf(system: string | null, cpus: number | null): string {
  const parts = [system === null ? null : oneLine(system, 60), cpus === null ? null : `${cpus} cores`];
  return parts.filter((part) => part !== null).join(", ") || "nothing is known of it yet";
}

/** A live host has no age: heartbeats are not told one by one, and the page would have to ask for them. */
export function FreshCell({ line: { host } }: CellProps) {
  const { state, sinceAt, reason } = host.freshness;
  const isHere = state === "live";
  const evidence = reason === null ? null : oneLine(reason, 60);
  return (
    <Two second={evidence ?? (isHere ? "heartbeats on time" : "no heartbeat")}>
      <Status look={FRESHNESS_LOOKS[state]} loud={!isHere}>
        {!isHere && <Age at={sinceAt} />}
      </Status>
    </Two>
  );
}

export const RunningCell = ({ line }: CellProps) => (
  <Two second={counted(line.endpoints.length, "app-server")}>
    <span className="num">
      {isLive(line) ? activeIn(line) : `was ${activeIn(line)}`}{" "}
      <span className="muted">of {line.sessions.length}</span>
    </span>
  </Two>
);

const MINUTE_MS = 60_000;
const HOUR = { eachMs: 2 * MINUTE_MS, count: 30 } as const;

/** When its sessions said their last, by two minutes of the last hour; one scale for all hosts is not needed, as each is read by itself. */
export function HeardCell({ line: { sessions } }: CellProps) {
  const now = useNow();
  // By whole minutes, so that the shape does not move with every second.
  const until = Math.ceil(now / MINUTE_MS) * MINUTE_MS;
  const counts = countsIn(
    sessions.map(({ lastSeenAt }) => msOf(lastSeenAt)),
    { until, ...HOUR },
  );
  const sum = sumOf(counts);
  return (
    <span className="hst-heard">
      <Spark
        counts={counts}
        label={`${counted(sum, "session")} by the minute of their last word, one hour`}
      />
      <small className="num">{figure(sum)} spoke</small>
    </span>
  );
}

export const tokensOf = ({ sessions }: HostLine): number =>
  sessions.reduce((sum, { usage }) => sum + (usage?.totalTokens ?? 0), 0);

/** Against the host with most, so that hosts are compared at one scale. */
export function TokensCell({ line, most }: CellProps & { readonly most: number }) {
  const tokens = tokensOf(line);
  return (
    <span className="hst-tokens">
      <span className="num">{roughly(tokens)}</span>
      <Bar share={most === 0 ? 0 : tokens / most} />
    </span>
  );
}

export const OutboxCell = ({ line }: CellProps) => (
  <Two second={line.host.catchingUp === true ? "catching up" : "facts"}>
    {line.host.outboxDepth === null || !isLive(line) ? (
      <span className="muted">unknown</span>
    ) : (
      <span className="num">{figure(line.host.outboxDepth)}</span>
    )}
  </Two>
);

export function SkewCell({ line }: CellProps) {
  const { host } = line;
  if (!isLive(line)) return <Unknown />;
  const isOff = isSkewed(host);
  return (
    <Two second={isOff ? "over 1 s" : ""}>
      <span className={isOff ? "num t-attention" : "num"}>
        <span className="w">{skewOf(host.clockOffsetMs)}</span>
      </span>
    </Two>
  );
}

export function UplinkCell({ line }: CellProps) {
  const { rttMs } = line.host;
  if (rttMs === null || !isLive(line)) return <Unknown />;
  return <span className="num">{figure(Math.round(rttMs))}&nbsp;ms</span>;
}

export const VersionsCell = ({ line: { host, endpoints } }: CellProps) => (
  <Two
    second={
      host.connectorVersion === null ? "connector unknown" : `connector ${oneLine(host.connectorVersion, 40)}`
    }
  >
    <span className="num">{codexOf(endpoints.map(({ codexVersion }) => codexVersion))}</span>
  </Two>
);

function codexOf(versions: readonly (string | null)[]): string {
  const known = [...new Set(versions.filter((version) => version !== null))];
  if (known.length === 0) return "Codex unknown";
  return `Codex ${known.map((version) => oneLine(version, 24)).join(", ")}`;
}

export function ServiceCell({ line: { host } }: CellProps) {
  const { placement, placementReason } = host;
  if (placement === "open") return <>in service</>;
  const why = placementReason === null ? "" : <span className="quote">{oneLine(placementReason, 80)}</span>;
  return (
    <Two second={why}>
      <span className="muted">{placement}</span>
    </Two>
  );
}
