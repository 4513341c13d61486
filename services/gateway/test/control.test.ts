/**
 * X1-030, X1-031: who may act on a session in a private house is who owns it and whom the owner let, for as long as that holds. It is asked anew of every single input,
 * so what is over or was taken back a moment ago carries nothing more.
 */
import { type Clocks, systemClocks } from "@claw/runtime";
import { describe, expect, test } from "vitest";
import type { SessionRow } from "@claw/views";
import { tokenOf } from "./fake-house.ts";
import { shareRow } from "./fake-registry.ts";
import { call, mcpHouse, OWN, session } from "./mcp/mcp-house.ts";
import { ANNS, type CallerName, jsonOf, NOBODYS, person, privateHouse } from "./private-house.ts";
import { running, tokenChange } from "./running.ts";

/** Every command by which somebody supervises a session. */
const SUPERVISING = {
  "session.send": { target: { sessionId: ANNS }, text: "go on" },
  "session.interrupt": { target: { sessionId: ANNS } },
  "session.resume": { target: { sessionId: ANNS } },
  "session.stop": { target: { sessionId: ANNS }, reason: "enough" },
  "session.fork": { target: { sessionId: ANNS }, text: "go on", purpose: "to see" },
  "lease.acquire": { target: { sessionId: ANNS }, ttlMs: 30_000 },
  "lease.renew": { leaseId: `l-${ANNS}` },
  "lease.break": { target: { sessionId: ANNS }, reason: "an incident" },
  "approval.decide": {
    target: { sessionId: ANNS, requestId: "q1" },
    answer: "accept",
    subjectDigest: "0".repeat(64),
  },
} as const;
const KINDS = Object.keys(SUPERVISING) as (keyof typeof SUPERVISING)[];

function controlled(clocks?: Clocks) {
  const house = privateHouse("private", clocks);
  let asked = 0;
  const ask = async (type: keyof typeof SUPERVISING, as: CallerName) => {
    asked += 1;
    const response = await house.post({ type, commandId: `ask-${asked}`, ...SUPERVISING[type] }, as);
    const { code = null } = await jsonOf(response);
    return [response.status, code] as const;
  };
  return { ...house, ask };
}

describe("X1-030: only who the owner authorised supervises", () => {
  test.each(KINDS)(
    "%s: its owner may; who was let look, and whoever keeps the house, may not",
    async (type) => {
      const { ask, share, submitted } = controlled();
      const unknown = type === "lease.renew" ? "lease_unknown" : "session_unknown";
      expect(await ask(type, "ann")).toEqual([200, null]);
      expect(await ask(type, "bob")).toEqual([404, unknown]);
      share(shareRow(ANNS, "bob", { level: "viewer", by: "ann" }));
      expect(await ask(type, "bob")).toEqual([403, "forbidden"]);
      // A global role goes around nothing (X1-026).
      expect(await ask(type, "admin")).toEqual([403, "forbidden"]);
      expect(submitted).toEqual([type]);
      share(shareRow(ANNS, "bob", { level: "controller", by: "ann" }));
      expect(await ask(type, "bob")).toEqual([200, null]);
      expect(submitted).toEqual([type, type]);
    },
  );

  test.each(KINDS)("%s: a Claw of another group is told what it would be told of nothing", async (type) => {
    const { ask, post, submitted } = controlled();
    const [status, code] = await ask(type, "stranger");
    const about = JSON.parse(JSON.stringify(SUPERVISING[type]).replaceAll(ANNS, NOBODYS)) as object;
    const nothing = await post({ type, commandId: "ask-nothing", ...about }, "stranger");
    expect([status, code]).toEqual([nothing.status, (await jsonOf(nothing))["code"]]);
    expect(status).toBe(404);
    expect(submitted).toEqual([]);
  });
});

const THIRTY_MINUTES = 1_800_000;

describe("X1-031: control that was let for thirty minutes", () => {
  test("holds to the last millisecond and is asked for at every input", async () => {
    const time = { now: Date.now() };
    const { ask, share } = controlled({ ...systemClocks, wallMs: () => time.now });
    expect(await ask("session.send", "bob")).toEqual([404, "session_unknown"]);
    share(shareRow(ANNS, "bob", { level: "controller", by: "ann", until: time.now + THIRTY_MINUTES }));
    for (let n = 0; n < 3; n += 1) {
      expect(await ask("session.send", "bob")).toEqual([200, null]);
      time.now += THIRTY_MINUTES / 3 - 1;
    }
    expect(await ask("session.send", "bob")).toEqual([200, null]);
    time.now += 3;
    for (const type of KINDS) expect([type, (await ask(type, "bob"))[0]]).toEqual([type, 404]);
    expect(await ask("session.send", "ann")).toEqual([200, null]);
  });

  test("is over with the next input once it was taken back, or became a look", async () => {
    const { ask, views } = controlled();
    const share = (level: "controller" | "viewer" | null) => {
      const until = Date.now() + THIRTY_MINUTES;
      views.commit([["shares", "share/of-bob", shareRow(ANNS, "bob", { level, by: "ann", until })]]);
    };
    share("controller");
    expect(await ask("session.send", "bob")).toEqual([200, null]);
    share("viewer");
    expect(await ask("session.send", "bob")).toEqual([403, "forbidden"]);
    share("controller");
    expect(await ask("session.send", "bob")).toEqual([200, null]);
    share(null);
    for (const type of KINDS) expect([type, (await ask(type, "bob"))[0]]).toEqual([type, 404]);
  });
});

describe("X1-030: over MCP as well", () => {
  const ann = tokenOf("operator", { principal: person("ann", "operator") });
  const bob = tokenOf("operator", { principal: person("bob", "operator") });
  const TOOLS = [
    ["codex_session_send", { session_id: OWN, text: "go on" }],
    ["codex_session_interrupt", { session_id: OWN }],
  ] as const;

  test.each(TOOLS)("%s is for the owner and for whom the owner let", async (tool, args) => {
    const house = mcpHouse();
    const { spawn } = privateHouse().views.reader.session(ANNS) as SessionRow;
    house.commit([tokenChange(ann.row), tokenChange(bob.row), ["sessions", OWN, session(OWN, { spawn })]]);
    const settings = {
      host: "127.0.0.1",
      port: 0,
      publicUrl: undefined,
      productUrl: undefined,
      visibility: "private" as const,
      tlsCert: undefined,
      tlsKey: undefined,
    };
    const gateway = await running(house.ports, { settings });
    try {
      const codeOf = async (bearer: string): Promise<string | null> => {
        const { structuredContent } = await call(gateway.url, bearer, tool, { ...args, wait_ms: 0 }, null);
        return structuredContent.error?.code ?? null;
      };
      expect(await codeOf(bob.bearer)).toBe("session_unknown");
      house.commit([["shares", "share/1", shareRow(OWN, "bob", { by: "ann" })]]);
      expect(await codeOf(bob.bearer)).toBe("forbidden");
      expect(house.asked).toHaveLength(0);
      house.commit([["shares", "share/1", shareRow(OWN, "bob", { level: "controller", by: "ann" })]]);
      expect(await codeOf(bob.bearer)).toBeNull();
      expect(await codeOf(ann.bearer)).toBeNull();
      expect(house.asked).toHaveLength(2);
    } finally {
      await gateway.stop();
    }
  });
});
