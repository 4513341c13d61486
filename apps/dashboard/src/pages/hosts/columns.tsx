/** The columns of the table of hosts: their widths, how they are sorted, and which fold away first. */
import type { Column } from "../../ui/columns.ts";
import {
  activeIn,
  FreshCell,
  HeardCell,
  HostCell,
  OutboxCell,
  RunningCell,
  ServiceCell,
  SkewCell,
  TokensCell,
  tokensOf,
  UplinkCell,
  VersionsCell,
} from "./cells.tsx";
import { nameOf } from "./domain/knowledge.ts";
import type { HostLine } from "./use-hosts.ts";

const skewSize = ({ host: { clockOffsetMs } }: HostLine): number | null =>
  clockOffsetMs === null ? null : Math.abs(clockOffsetMs);

/** `mostTokens`: of the host that used most, which is what the others are drawn against. */
export const hostColumns = (
  onOpen: (hostId: string) => void,
  mostTokens: number,
): readonly Column<HostLine>[] => [
  {
    id: "host",
    head: "Host",
    width: "minmax(170px, 1fr)",
    isFixed: true,
    look: "full",
    by: ({ host }) => nameOf(host),
    cell: (line) => <HostCell line={line} onOpen={onOpen} />,
  },
  ...WORK,
  {
    id: "tokens",
    head: "Tokens",
    width: "84px",
    look: "lab",
    from: 1_200,
    isDescFirst: true,
    by: tokensOf,
    cell: (line) => <TokensCell line={line} most={mostTokens} />,
  },
  ...FIGURES,
];

const WORK: readonly Column<HostLine>[] = [
  {
    id: "fresh",
    head: "Freshness",
    width: "136px",
    look: "corner",
    by: ({ host }) => host.freshness.state,
    cell: (line) => <FreshCell line={line} />,
  },
  {
    id: "running",
    head: "At work",
    width: "92px",
    look: "lab",
    isDescFirst: true,
    by: activeIn,
    cell: (line) => <RunningCell line={line} />,
  },
  {
    id: "heard",
    head: "Heard, 1 h",
    width: "104px",
    look: "off",
    from: 1_200,
    cell: (line) => <HeardCell line={line} />,
  },
];

const FIGURES: readonly Column<HostLine>[] = [
  {
    id: "outbox",
    head: "Outbox",
    width: "72px",
    look: "r lab",
    isDescFirst: true,
    by: ({ host }) => host.outboxDepth,
    cell: (line) => <OutboxCell line={line} />,
  },
  {
    id: "skew",
    head: "Clock skew",
    width: "84px",
    look: "r lab",
    by: skewSize,
    cell: (line) => <SkewCell line={line} />,
  },
  {
    id: "rtt",
    head: "Uplink",
    width: "64px",
    look: "r off",
    by: ({ host }) => host.rttMs,
    cell: (line) => <UplinkCell line={line} />,
  },
  {
    id: "versions",
    head: "Versions",
    width: "150px",
    look: "full",
    from: 1_200,
    by: ({ host }) => host.connectorVersion,
    cell: (line) => <VersionsCell line={line} />,
  },
  {
    id: "service",
    head: "Service",
    width: "92px",
    look: "lab",
    by: ({ host }) => host.placement,
    cell: (line) => <ServiceCell line={line} />,
  },
];
