/** codex_endpoint_probe (S1-069): whether an app-server can be reached, as its host said last, and how old that is. */
import type { EndpointRow } from "@claw/views";
import { z } from "zod";
import { Refused } from "../../http/problem.ts";
import { presenterFor } from "../../present.ts";
import { pageOf } from "../../routes/page.ts";
import { hostsFor, pageOfHosts } from "../../sight.ts";
import { lineOrNull } from "../domain/words.ts";
import type { Reading } from "../reading.ts";
import { cursor, endpointId, hostId } from "./arguments.ts";
import { READ, tool } from "./tool.ts";

const USUAL = 50;
const MOST = 100;

const EndpointData = z.object({
  endpoint_id: z.string(),
  host_id: z.string(),
  is_reachable: z.boolean().describe("its host is live and says that the endpoint is ready"),
  state: z.enum(["connecting", "ready", "draining", "down"]),
  reason: z.string().nullable(),
  since_at: z.string(),
  transport: z.enum(["unix", "websocket", "stdio"]).nullable(),
  codex_version: z.string().nullable(),
  host_freshness: z.enum(["live", "stale", "unknown", "gone"]),
  host_heard_at: z.string().nullable(),
  host_age_ms: z.int().nullable().describe("how old all this is: since when nothing was heard of the host"),
});
type EndpointData = z.infer<typeof EndpointData>;

export const endpointProbe = tool({
  name: "codex_endpoint_probe",
  title: "Probe Codex endpoints",
  description:
    "Says whether a host's app-server can be reached, and how old that knowledge is. Without arguments it is your own endpoint, or all of them.",
  hints: READ,
  input: z.strictObject({
    host_id: hostId.optional(),
    endpoint_id: endpointId.optional(),
    limit: z.int().min(1).max(MOST).default(USUAL),
    cursor: cursor.optional(),
  }),
  output: z.object({
    endpoints: z.array(EndpointData),
    next_cursor: z.string().nullable(),
    position: z.int(),
  }),
  handle: (ask) => {
    const structured = probed(ask, { ...own(ask), ...ask.args });
    return { structured, text: textOf(structured.endpoints) };
  },
});

interface Probe {
  readonly host_id?: string | undefined;
  readonly endpoint_id?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A session that names nothing means its own. */
function own({ house, asking: { via }, args }: Reading & { readonly args: Probe }): {
  readonly host_id?: string;
  readonly endpoint_id?: string;
} {
  if (via === null || args.host_id !== undefined || args.endpoint_id !== undefined) return {};
  const row = house.reader().session(via.sessionId);
  return row === null ? {} : { host_id: row.hostId, endpoint_id: row.endpointId };
}

interface Probed {
  readonly endpoints: EndpointData[];
  readonly next_cursor: string | null;
  readonly position: number;
}

function probed(reading: Reading, { host_id, endpoint_id, limit, cursor: from }: Probe): Probed {
  const { house, asking } = reading;
  const show = shower(reading);
  if (host_id !== undefined && endpoint_id !== undefined) {
    const reader = house.reader();
    const position = reader.position();
    const found = reader.row("endpoints", `${host_id}/${endpoint_id}`);
    if (found === null || !hostsFor(house, asking)(host_id))
      throw new Refused("endpoint_unknown", { hostId: host_id, endpointId: endpoint_id });
    return { endpoints: [show(found.row)], next_cursor: null, position };
  }
  const filter = host_id === undefined ? {} : { hostId: host_id };
  return pageOf(
    house,
    (reader) =>
      pageOfHosts(house, asking, { limit, cursor: from ?? null }, (page) => reader.endpoints(filter, page)),
    ({ rows, nextCursor, position }) => ({
      endpoints: rows.filter((row) => endpoint_id === undefined || row.endpointId === endpoint_id).map(show),
      next_cursor: nextCursor,
      position,
    }),
  );
}

function shower({ house, asking }: Reading): (row: EndpointRow) => EndpointData {
  const present = presenterFor(house, asking);
  return (row) => {
    const view = present.endpoint(row);
    const hostRow = house.reader().host(row.hostId);
    const host = hostRow === null ? null : present.host(hostRow);
    const freshness = host?.freshness.state ?? "unknown";
    return {
      endpoint_id: view.endpointId,
      host_id: view.hostId,
      is_reachable: freshness === "live" && view.state === "ready",
      state: view.state,
      reason: lineOrNull(view.reason),
      since_at: view.sinceAt,
      transport: view.transport,
      codex_version: lineOrNull(view.codexVersion),
      host_freshness: freshness,
      host_heard_at: host?.lastHeardAt ?? null,
      host_age_ms: host?.freshness.ageMs ?? null,
    };
  };
}

const textOf = (endpoints: readonly EndpointData[]): string =>
  [
    `${endpoints.length} endpoints: host, endpoint, reachable, state.`,
    ...endpoints.map((one) =>
      [
        one.host_id,
        one.endpoint_id,
        one.is_reachable ? "reachable" : "not reachable",
        one.state,
        `host ${one.host_freshness}`,
      ].join(" "),
    ),
  ].join("\n");
