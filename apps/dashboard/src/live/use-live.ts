/** The fleet's stream for components: how it stands, and its rows. A component renders again only when its own table changed. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { LiveKind } from "../api/types/live.ts";
import type {
  ApprovalView,
  CommandView,
  EndpointView,
  HostView,
  LeaseView,
  SessionView,
  TranscriptItemView,
  TurnView,
} from "../api/types.ts";
import type { LiveAsk, LiveConnection, Standing } from "./connection.ts";

/** What each table holds. */
export interface LiveRows {
  readonly sessions: SessionView;
  readonly hosts: HostView;
  readonly endpoints: EndpointView;
  readonly approvals: ApprovalView;
  readonly commands: CommandView;
  readonly leases: LeaseView;
  readonly turns: TurnView;
  readonly items: TranscriptItemView;
  /** What the registry tells in `GET /api/fleet`, and people's acts: their rows are read by REST, the stream says when. */
  readonly runtimes: unknown;
  readonly egress: unknown;
  readonly checkpoints: unknown;
  readonly archives: unknown;
  readonly attention: unknown;
  readonly owners: unknown;
  readonly shares: unknown;
}

export const FLEET_ASK: LiveAsk = {
  views: [
    "sessions",
    "hosts",
    "endpoints",
    "approvals",
    "commands",
    "leases",
    "runtimes",
    "egress",
    "checkpoints",
    "archives",
    "attention",
    "owners",
    "shares",
  ],
};

export const LiveContext = createContext<LiveConnection | null>(null);

function useConnection(): LiveConnection {
  const connection = useContext(LiveContext);
  if (connection === null) throw new Error("no live connection above this component");
  return connection;
}

/** How the stream stands. */
export function useStanding(): Standing {
  const { subscribe, standing } = useConnection();
  return useSyncExternalStore(subscribe, standing);
}

/** For the button of the line that says that the connection is gone. */
export const useTryNow = (): (() => void) => useConnection().tryNow;

/** Whether what is shown is current, so that acting on it makes sense. */
export const useIsCurrent = (): boolean => useStanding().phase === "live";

/** The rows of one kind, by key. */
export function useLiveTable<Kind extends LiveKind>(kind: Kind): ReadonlyMap<string, LiveRows[Kind]> {
  const { subscribe, standing } = useConnection();
  const table = useSyncExternalStore(subscribe, () => standing().live.tables[kind]);
  return table as ReadonlyMap<string, LiveRows[Kind]>;
}
