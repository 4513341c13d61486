/** A host's row: how it stands, as ingest says, and what it is, as it says itself. */
import {
  type DataOf,
  type Event,
  type HostId,
  newStanding,
  type Recorded,
  standingAfter,
} from "@claw/events";
import { type EndpointSight, type HostSight, MAX_ENDPOINTS } from "./sight.ts";

/** A host with what the fold has to remember besides. */
export interface HostRow extends HostSight {
  /** Its own newest word; null while only ingest spoke of it. */
  readonly newest: { readonly epoch: string; readonly seq: number } | null;
}

/** The row after an event of the host's lane; undefined where it changes nothing. */
export function evolveHost(
  row: HostRow | undefined,
  { by, event }: Recorded,
  hostId: HostId,
): HostRow | undefined {
  const before: HostRow = row ?? { ...emptyHost, hostId };
  if (by.kind === "ingest") {
    const after = standingAfter(before, event);
    return after === before && row !== undefined ? undefined : after;
  }
  if (by.kind !== "host" || by.hostId !== hostId) return undefined;
  const { newest } = before;
  if (newest !== null && by.epoch === newest.epoch && by.seq < newest.seq) return undefined;
  const after = described(before, event);
  return after === before ? undefined : { ...after, newest: { epoch: by.epoch, seq: by.seq } };
}

const emptyHost: Omit<HostRow, "hostId"> = {
  kind: "host",
  ...newStanding,
  workspaceRoots: [],
  endpoints: [],
  newest: null,
};

function described(row: HostRow, event: Event): HostRow {
  switch (event.type) {
    case "host.described":
      return { ...row, workspaceRoots: event.data.workspaceRoots ?? [] };
    case "endpoint.described":
      return withEndpoint(row, asDescribed(known(row, event.data), event.data));
    case "endpoint.became":
      return withEndpoint(row, { ...known(row, event.data), isReady: event.data.state === "ready" });
    default:
      return row;
  }
}

/** A user that an earlier description named and this one does not is not known any more. */
const asDescribed = (
  { endpointId, isReady }: EndpointSight,
  { transport, unixUser }: DataOf<"endpoint.described">,
): EndpointSight => ({
  endpointId,
  isReady,
  isLocal: transport !== "websocket",
  ...(unixUser === undefined ? {} : { unixUser }),
});

/** What it is and whether it is ready is said apart, in no order. */
const known = (
  { endpoints }: HostRow,
  { endpointId }: Pick<DataOf<"endpoint.became">, "endpointId">,
): EndpointSight =>
  endpoints.find((one) => one.endpointId === endpointId) ?? { endpointId, isReady: false, isLocal: false };

function withEndpoint(row: HostRow, endpoint: EndpointSight): HostRow {
  const index = row.endpoints.findIndex(({ endpointId }) => endpointId === endpoint.endpointId);
  const endpoints = index < 0 ? [...row.endpoints, endpoint] : row.endpoints.with(index, endpoint);
  return { ...row, endpoints: endpoints.slice(-MAX_ENDPOINTS) };
}
