/** Hosts with what stands around them: what REST answered at first, and since then what the stream tells. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { endpointsQuery, hostsQuery } from "../../api/queries.ts";
import type { EndpointView, HostView, SessionView } from "../../api/types.ts";
import { useLiveTable } from "../../live/use-live.ts";

export interface HostLine {
  readonly host: HostView;
  readonly endpoints: readonly EndpointView[];
  /** Those that are not put away. */
  readonly sessions: readonly SessionView[];
}

export interface HostsRead {
  readonly lines: readonly HostLine[] | undefined;
  readonly error: unknown;
  readonly retry: () => void;
}

export function useHosts(): HostsRead {
  const hosts = useQuery(hostsQuery);
  const endpoints = useQuery(endpointsQuery);
  const liveHosts = useLiveTable("hosts");
  const liveEndpoints = useLiveTable("endpoints");
  const sessions = useLiveTable("sessions");
  const first = hosts.data?.hosts;
  const firstEndpoints = endpoints.data?.endpoints;
  const lines = useMemo(() => {
    if (first === undefined) return undefined;
    const rows = newestOf(first, [...liveHosts.values()], ({ hostId }) => hostId);
    const doors = newestOf(
      firstEndpoints ?? [],
      [...liveEndpoints.values()],
      ({ hostId, endpointId }) => `${hostId}/${endpointId}`,
    );
    const open = [...sessions.values()].filter(({ closed, boundTo }) => closed === null && boundTo === null);
    const doorsOf = Map.groupBy(doors, ({ hostId }) => hostId);
    const sessionsOf = Map.groupBy(open, ({ hostId }) => hostId);
    return rows
      .map((host) => ({
        host,
        endpoints: doorsOf.get(host.hostId) ?? [],
        sessions: sessionsOf.get(host.hostId) ?? [],
      }))
      .toSorted((a, b) => compare(a.host, b.host));
  }, [first, firstEndpoints, liveHosts, liveEndpoints, sessions]);
  return { lines, error: hosts.error, retry: () => void hosts.refetch() };
}

/** By key; what REST answered holds the figures of heartbeats, and is asked for anew whenever a row changes, so it counts where both are there. */
function newestOf<Row>(
  asked: readonly Row[],
  heard: readonly Row[],
  keyOf: (row: Row) => string,
): readonly Row[] {
  const rows = new Map(heard.map((row) => [keyOf(row), row]));
  for (const row of asked) rows.set(keyOf(row), row);
  return [...rows.values()];
}

const compare = (a: HostView, b: HostView): number => {
  const [one, other] = [a.hostname ?? a.hostId, b.hostname ?? b.hostId];
  return one < other ? -1 : Number(one > other);
};
