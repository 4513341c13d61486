/** Who may call which route, cell by cell and over the app itself: what `access.ts` says is worth nothing where a route asks for another right. */
import { GroupId, type Role, TokenId } from "@claw/events";
import type { TokenRow } from "@claw/views";
import { describe, expect, test } from "vitest";
import type { App } from "../src/http/app.ts";
import { openPaths, routes } from "../src/routes/index.ts";
import { houseOnly } from "../src/routes/house-only.ts";
import { fakePorts, makeFakeViews, NOW, tokenOf } from "./fake-house.ts";
import { archiveOf } from "./fake-registry.ts";
import { filled, ONE_OF_EACH } from "./one-of-each.ts";
import { appOf, tokenChange } from "./running.ts";

/** The table again, written out: a change of the law has to be made twice. `house` is the house's own token. */
const TABLE = `
                                            viewer operator auditor admin claw house session host nobody revoked
get  /api/sessions                          200    200      200     200   200  200   403     403  401    401
get  /api/sessions/{sessionId}              200    200      200     200   200  200   403     403  401    401
get  /api/sessions/{sessionId}/progress     200    200      200     200   200  200   403     403  401    401
get  /api/sessions/{sessionId}/record       200    200      200     200   200  200   403     403  401    401
get  /api/sessions/{sessionId}/transcript   403    200      200     200   200  200   403     403  401    401
get  /api/sessions/{sessionId}/events       200    200      200     200   200  200   403     403  401    401
get  /api/hosts                             200    200      200     200   200  200   403     403  401    401
get  /api/hosts/{hostId}                    200    200      200     200   200  200   403     403  401    401
get  /api/endpoints                         200    200      200     200   200  200   403     403  401    401
get  /api/approvals                         200    200      200     200   200  200   403     403  401    401
get  /api/approvals/{sessionId}/{requestId} 200    200      200     200   200  200   403     403  401    401
get  /api/tokens                            403    403      403     200   403  200   403     403  401    401
get  /api/quarantine                        403    200      403     200   403  200   403     403  401    401
get  /api/ledgers                           403    200      200     200   403  200   403     403  401    401
post /api/commands                          200    200      200     200   200  200   403     403  401    401
get  /api/commands                          200    200      200     200   200  200   403     403  401    401
get  /api/commands/{commandId}              200    200      200     200   200  200   403     403  401    401
get  /api/leases                            200    200      200     200   200  200   403     403  401    401
get  /api/leases/{leaseId}                  200    200      200     200   200  200   403     403  401    401
get  /api/rules                             200    200      200     200   200  200   403     403  401    401
get  /api/fleet                             200    200      200     200   200  200   403     403  401    401
get  /api/state                             200    200      200     200   200  200   403     403  401    401
get  /api/attention                         200    200      200     200   200  200   403     403  401    401
get  /api/usage                             200    200      200     200   200  200   403     403  401    401
get  /api/policies                          200    200      200     200   200  200   403     403  401    401
get  /api/runtimes                          200    200      200     200   200  200   403     403  401    401
get  /api/runtimes/{runtimeId}              200    200      200     200   200  200   403     403  401    401
get  /api/archives                          200    200      200     200   200  200   403     403  401    401
get  /api/archives/{sessionId}              200    200      200     200   200  200   403     403  401    401
get  /api/archives/{sessionId}/{file}       403    200      200     200   200  200   403     403  401    401
get  /api/checkpoints                       200    200      200     200   200  200   403     403  401    401
get  /api/me                                200    200      200     200   200  200   403     403  401    401
post /api/login-links                       200    200      200     200   403  403   403     403  401    401
post /api/ws-ticket                         200    200      200     200   200  200   403     403  401    401
get  /api/sign-ins                          403    403      403     200   403  200   403     403  401    401
post /api/sign-ins/{signInId}/close         403    403      403     200   403  200   403     403  401    401
get  /api/session-control/policies          404    404      404     404   404  200   404     404  404    404
get  /metrics                               200    200      200     200   200  200   403     403  401    401
get  /                                      200    200      200     200   200  200   200     200  200    200
get  /healthz                               200    200      200     200   200  200   200     200  200    200
get  /readyz                                200    200      200     200   200  200   200     200  200    200
get  /openapi.json                          200    200      200     200   200  200   200     200  200    200
get  /docs/spec-v2                          200    200      200     200   200  200   200     200  200    200
get  /docs/spec-v2.md                       200    200      200     200   200  200   200     200  200    200
get  /auth/ways                             200    200      200     200   200  200   200     200  200    200
get  /auth/login                            404    404      404     404   404  404   404     404  404    404
get  /auth/callback                         404    404      404     404   404  404   404     404  404    404
get  /api/nobodies                          404    404      404     404   404  404   404     404  404    404
`;

const [header = "", ...lines] = TABLE.trim().split("\n");
const who = header.trim().split(/\s+/);
type Who = Exclude<Role, "session" | "host"> | "house" | "session" | "host" | "nobody" | "revoked";

/** Every token that there is, though no house would issue some of them for this door. */
const tokens = {
  viewer: tokenOf("viewer"),
  operator: tokenOf("operator"),
  auditor: tokenOf("auditor"),
  admin: tokenOf("admin"),
  claw: tokenOf("claw", {
    principal: { kind: "claw", name: "dora", role: "claw", group: GroupId.parse("default") },
  }),
  house: tokenOf("admin", { principal: { kind: "house", name: "the house", role: "admin" } }),
  session: tokenOf("session", { principal: { kind: "session", name: "s1", role: "session" } }),
  host: tokenOf("host", { principal: { kind: "host", name: "h1", role: "host" } }),
  revoked: tokenOf("admin", { revokedAt: NOW }),
} as const;

function open() {
  const views = makeFakeViews();
  views.commit(
    Object.values(tokens).map(({ row }): readonly ["tokens", string, TokenRow] => tokenChange(row)),
  );
  views.commit([
    ...ONE_OF_EACH,
    [
      "signIns",
      "s000000000001",
      {
        signInId: TokenId.parse("s000000000001"),
        digest: tokens.admin.row.tokenDigest,
        principal: tokens.admin.row.principal,
        how: "oidc",
        tokenId: null,
        until: Date.now() + 3_600_000,
        closedAt: null,
      },
    ],
  ]);
  return appOf(fakePorts({ reader: views.reader, archives: archiveOf("s1") }).ports);
}

const BODIES: Readonly<Record<string, object>> = {
  "/api/commands": { type: "session.send", commandId: "c9", target: { sessionId: "s1" }, text: "go on" },
  "/api/sign-ins/{signInId}/close": { reason: "enough" },
};

async function statusOf(app: App, method: string, path: string, as: Who): Promise<number> {
  const bearer = as === "nobody" ? null : tokens[as as keyof typeof tokens].bearer;
  const response = await app.request(filled(path, { signInId: "s000000000001" }), {
    method: method.toUpperCase(),
    headers: {
      ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
      ...(method === "post" && { "content-type": "application/json" }),
    },
    ...(method === "post" && { body: JSON.stringify(BODIES[path] ?? {}) }),
  });
  await response.body?.cancel();
  return response.status;
}

const rows = lines.map((line) => {
  const [method = "", path = "", ...cells] = line.trim().split(/\s+/);
  return { method, path, expected: cells.map(Number) };
});

describe("X1-025, X1-029: role by route", () => {
  test("the table has a row for each route that there is", () => {
    const inTable = rows.map(({ method, path }) => `${method} ${path}`);
    const open = openPaths.map((path) => `get ${path}`).filter((path) => !path.endsWith("/auth/logout"));
    const there = [
      ...routes.map(({ method, path }) => `${method} ${path}`),
      ...houseOnly.map(({ path }) => `get ${path}`),
      ...open,
      "get /api/nobodies",
    ];
    expect(inTable.toSorted()).toEqual(there.toSorted());
    expect(new Set(rows.map(({ expected }) => expected.length))).toEqual(new Set([who.length]));
  });

  test.each(rows)("$method $path", async ({ method, path, expected }) => {
    // Anew for each row: who shows a token that is none too often is told to wait.
    const app = open();
    const found: number[] = [];
    for (const name of who) found.push(await statusOf(app, method, path, name as Who));
    expect(Object.fromEntries(who.map((name, at) => [name, found[at]]))).toEqual(
      Object.fromEntries(who.map((name, at) => [name, expected[at]])),
    );
  });
});
