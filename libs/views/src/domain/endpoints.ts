/** The app-servers of each host, and whether their connector can talk to them. */
import type { EndpointId, HostId } from "@claw/events";
import type { EndpointRow } from "../rows.ts";
import { endpointKey } from "./keys.ts";
import { type EventIn, type Fact, hostOf, isForeign, type ViewProjection } from "./projection.ts";

type EndpointEvent = EventIn<"endpoint.described" | "endpoint.became" | "endpoint.misread">;

export const endpoints: ViewProjection<"endpoints"> = {
  name: "endpoints",
  version: 3,
  key: (fact) => {
    const hostId = hostOf(fact);
    if (hostId === null || isForeign(hostId, fact) || !isOfEndpoint(fact.event)) return null;
    return endpointKey(hostId, fact.event.data.endpointId);
  },
  evolve: (row, fact) =>
    isOfEndpoint(fact.event) ? change(row ?? unheard(fact, fact.event), fact.event) : undefined,
};

const isOfEndpoint = (event: Fact["event"]): event is EndpointEvent => event.type.startsWith("endpoint.");

/** Nothing is known of it but that somebody spoke of it. */
const unheard = (fact: Fact, { at, data }: EndpointEvent): EndpointRow => ({
  hostId: hostOf(fact) as HostId,
  endpointId: data.endpointId as EndpointId,
  storeId: null,
  transport: null,
  address: null,
  codexVersion: null,
  startedByConnector: false,
  unixUser: null,
  isDefault: null,
  state: "connecting",
  reason: null,
  sinceAt: at,
  misreadFrames: 0,
});

function change(row: EndpointRow, event: EndpointEvent): EndpointRow {
  switch (event.type) {
    case "endpoint.described": {
      const { storeId, transport, address, codexVersion, startedByConnector } = event.data;
      const { isDefault = null, unixUser = null } = event.data;
      return { ...row, storeId, transport, address, codexVersion, startedByConnector, isDefault, unixUser };
    }
    case "endpoint.became": {
      const { state, reason } = event.data;
      return { ...row, state, reason, sinceAt: state === row.state ? row.sinceAt : event.at };
    }
    case "endpoint.misread":
      return { ...row, misreadFrames: row.misreadFrames + event.data.count };
  }
}
