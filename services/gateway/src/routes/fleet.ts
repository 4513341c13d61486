/** Hosts, endpoints and what waits for somebody. */
import { ApprovalView, EndpointView, HostView } from "@claw/views";
import { z } from "zod";
import { Refused } from "../http/problem.ts";
import { cursor, limit, PageQuery, word } from "../http/query.ts";
import { listOf, oneOf, read } from "../http/route.ts";
import { presenterFor } from "../present.ts";
import { hostsFor, pageOfHosts } from "../sight.ts";
import { pageOf } from "./page.ts";

export const listHosts = read({
  path: "/api/hosts",
  summary: "Hosts",
  action: "fleet.read",
  query: PageQuery,
  answer: listOf("hosts", HostView),
  handle: ({ house, caller, query }) => {
    const present = presenterFor(house, caller);
    return pageOf(
      house,
      (reader) => pageOfHosts(house, caller, query, reader.hosts),
      ({ rows, ...rest }) => ({ hosts: rows.map(present.host), ...rest }),
    );
  },
});

export const oneHost = read({
  path: "/api/hosts/{hostId}",
  summary: "One host",
  action: "fleet.read",
  query: z.strictObject({}),
  answer: oneOf("host", HostView),
  handle: ({ house, caller, segment }) => {
    const row = house.reader().host(segment("hostId"));
    if (row === null || !hostsFor(house, caller)(row.hostId))
      throw new Refused("not_found", { kind: "host" });
    return { host: presenterFor(house, caller).host(row) };
  },
});

/** S1-078 */
export const listEndpoints = read({
  path: "/api/endpoints",
  summary: "Endpoints: the app-servers that connectors reach",
  action: "fleet.read",
  query: z.strictObject({ host: word.describe("Endpoints of this host."), limit, cursor }),
  answer: listOf("endpoints", EndpointView),
  handle: ({ house, caller, query }) => {
    const present = presenterFor(house, caller);
    const filter = query.host === undefined ? {} : { hostId: query.host };
    return pageOf(
      house,
      (reader) => pageOfHosts(house, caller, query, (page) => reader.endpoints(filter, page)),
      ({ rows, ...rest }) => ({ endpoints: rows.map(present.endpoint), ...rest }),
    );
  },
});

/** N1-025 */
export const listApprovals = read({
  path: "/api/approvals",
  summary: "What Codex asked of somebody",
  action: "fleet.read",
  query: z.strictObject({
    state: z.enum(["open", "closed"]).optional(),
    session: word.describe("What was asked in this session."),
    limit,
    cursor,
  }),
  answer: listOf("approvals", ApprovalView),
  handle: ({ house, caller, query }) => {
    const present = presenterFor(house, caller);
    const { state, session } = query;
    const filter = {
      ...(state !== undefined && { state }),
      ...(session !== undefined && { sessionId: session }),
    };
    return pageOf(
      house,
      (reader) => reader.approvals(filter, query),
      ({ rows, ...rest }) => ({ approvals: rows.map(present.approval), ...rest }),
    );
  },
});

export const oneApproval = read({
  path: "/api/approvals/{sessionId}/{requestId}",
  summary: "One thing that Codex asked of somebody",
  action: "fleet.read",
  query: z.strictObject({}),
  answer: oneOf("approval", ApprovalView),
  handle: ({ house, caller, segment }) => {
    const row = house.reader().approval(segment("sessionId"), segment("requestId"));
    if (row === null) throw new Refused("not_found", { kind: "approval" });
    return { approval: presenterFor(house, caller).approval(row) };
  },
});
