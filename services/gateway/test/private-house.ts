/** A private house: Ann's session and Bob's, with something of every kind in each, and people, a Claw and the house itself who ask. */
import {
  CommandId,
  type GroupId,
  HostId,
  ItemId,
  LeaseId,
  position,
  type Principal,
  SessionId,
  TurnId,
} from "@claw/events";
import type { Clocks } from "@claw/runtime";
import type { ItemRow, SessionRow, SharingRow, TokenRow, Visibility } from "@claw/views";
import type { GateVerdict } from "@claw/wire";
import type { App } from "../src/http/app.ts";
import {
  approvalRow,
  commandRow,
  endpointRow,
  ENTRY,
  fakePorts,
  host,
  leaseRow,
  makeFakeViews,
  NOW,
  sessionRow,
  tokenOf,
} from "./fake-house.ts";
import { archiveOf, archiveRow, egressRow, runtimeRow } from "./fake-registry.ts";
import { filled } from "./one-of-each.ts";
import { appOf, tokenChange } from "./running.ts";

export const person = (name: string, role: Principal["role"]): Principal => ({ kind: "person", name, role });
const tokenFor = (principal: Principal) => tokenOf(principal.role, { principal });

export const callers = {
  ann: tokenFor(person("ann", "operator")),
  bob: tokenFor(person("bob", "operator")),
  eve: tokenFor(person("eve", "viewer")),
  admin: tokenFor(person("the admin", "admin")),
  auditor: tokenFor(person("the auditor", "auditor")),
  claw: tokenFor({ kind: "claw", name: "night watch", role: "claw", group: "default" as GroupId }),
  stranger: tokenFor({ kind: "claw", name: "another", role: "claw", group: "other" as GroupId }),
  /** Reads one tree alone, whatever house it is. */
  bound: tokenFor({ ...person("a service", "viewer"), root: SessionId.parse("anns1") }),
  house: tokenFor({ kind: "house", name: "the house", role: "admin" }),
} as const;
export type CallerName = keyof typeof callers;

/** Ids of the same length, so that nothing of an answer can tell them apart by that. */
export const ANNS = "anns1";
export const BOBS = "bobs1";
export const NOBODYS = "none1";

/** The path of a route about what the session `id` has. */
export const pathOf = (path: string, id: string): string =>
  filled(path, {
    sessionId: id,
    requestId: "q1",
    commandId: `c-${id}`,
    leaseId: `l-${id}`,
    runtimeId: `r-${id}`,
  });

const spawnedBy = (id: string, name: string): Partial<SessionRow> => ({
  spawn: {
    commandId: CommandId.parse(`spawn-${id}`),
    purpose: `what ${name} wants`,
    parentSessionId: null,
    rootSessionId: SessionId.parse(id),
    createdBy: person(name, "operator"),
    hostId: HostId.parse("h1"),
    isAttachable: true,
  },
});

export const itemRow = (sessionId: string, n: number): ItemRow => ({
  sessionId: SessionId.parse(sessionId),
  turnId: TurnId.parse("t1"),
  itemId: ItemId.parse(`i${n}`),
  kind: "agentMessage",
  phase: "completed",
  status: null,
  startedAt: NOW,
  completedAt: NOW,
  durationMs: 1,
  exitCode: null,
  clientId: null,
  text: "what was said",
  command: null,
  output: null,
  tool: null,
  paths: [],
  cutBytes: 0,
  order: String(n),
});

type Changes = Parameters<ReturnType<typeof makeFakeViews>["commit"]>[0];

const everythingOf = (id: string, name: string): Changes => [
  ["sessions", id, sessionRow(id, spawnedBy(id, name))],
  ["items", `${id}/t1/i1`, itemRow(id, 1)],
  ["approvals", `${id}/q1`, approvalRow("q1", { sessionId: SessionId.parse(id) })],
  [
    "commands",
    `c-${id}`,
    commandRow(`c-${id}`, { sessionId: SessionId.parse(id), principal: person(name, "operator") }),
  ],
  [
    "leases",
    `l-${id}`,
    leaseRow(`l-${id}`, {
      leaseId: LeaseId.parse(`l-${id}`),
      sessionId: SessionId.parse(id),
      holder: person(name, "operator"),
      state: "inForce",
      grantedAt: NOW,
    }),
  ],
  ["archives", id, archiveRow(id)],
  ["checkpoints", id, { sessionId: SessionId.parse(id), count: 0, bytes: 0, newest: [] }],
  ["reports", id, { sessionId: SessionId.parse(id), reports: [] }],
  ["egress", `box-${id}`, egressRow(`box-${id}`, { sessionId: SessionId.parse(id), owner: name })],
  ["runtimes", `r-${id}`, runtimeRow(`r-${id}`, { owner: name, sandboxId: null })],
];

export const jsonOf = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;

export interface PrivateHouse {
  readonly app: App;
  readonly views: ReturnType<typeof makeFakeViews>;
  readonly submitted: string[];
  readonly get: (path: string, as: CallerName | null) => Promise<Response>;
  readonly post: (body: object, as: CallerName) => Promise<Response>;
  readonly share: (row: SharingRow) => void;
}

export function privateHouse(visibility: Visibility = "private", clocks?: Clocks): PrivateHouse {
  const views = makeFakeViews();
  views.commit(
    Object.values(callers).map(({ row }): readonly ["tokens", string, TokenRow] => tokenChange(row)),
  );
  views.commit([
    ["hosts", "h1", host],
    ["endpoints", "h1/main", endpointRow],
  ]);
  views.commit(everythingOf(ANNS, "ann"));
  views.commit(everythingOf(BOBS, "bob"));
  const submitted: string[] = [];
  const submit = ({ type }: { readonly type: string }): GateVerdict => {
    submitted.push(type);
    return { decision: "accepted", entryId: ENTRY, position: position(1) };
  };
  const { ports } = fakePorts({ reader: views.reader, submit, archives: archiveOf(ANNS, BOBS) });
  const app = appOf(ports, clocks, undefined, undefined, null, visibility);
  const headers = (as: CallerName | null): Record<string, string> =>
    as === null ? {} : { authorization: `Bearer ${callers[as].bearer}` };
  let shares = 0;
  return {
    app,
    views,
    submitted,
    get: async (path, as) => app.request(path, { headers: headers(as) }),
    post: async (body, as) =>
      app.request("/api/commands", {
        method: "POST",
        headers: { ...headers(as), "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    share: (row) => {
      shares += 1;
      views.commit([["shares", `share/${shares}`, row]]);
    },
  };
}
