/** No field that the specification forbids gets into a command, a row or an answer (F1-092, F1-104 … F1-109). */
import {
  Command,
  DECIDED,
  type Event,
  type HostId,
  hostLane,
  type Json,
  type Lane,
  type SessionId,
  sessionLane,
} from "@claw/events";
import {
  type EntryPlan,
  eventKinds,
  hostEvent,
  hostIds,
  registryEvent,
  sessionEvent,
  sessionIds,
  toEntry,
} from "@claw/testkit/arbitraries";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Asker,
  ATTENTION_REFUSED_MS,
  fleetPolicies,
  fleetState,
  linesOf,
  makeFleet,
  NO_OVERLAY,
  presentApproval,
  presentArchive,
  presentAttention,
  presentAttentionActs,
  presentCheckpoints,
  presentEndpoint,
  presentHost,
  presentItem,
  presentOwner,
  presentPolicy,
  presentRuntime,
  presentSession,
  presentShare,
  presentSignIn,
  presentTurn,
  readerOn,
  refresh,
  type ViewName,
  type ViewReader,
  type ViewRows,
  type ViewStore,
} from "../src/index.ts";
import { ALL, foldInto, memoryStore, placed, testScale } from "./given.ts";
import { NOW } from "./fleet-given.ts";
import { rowShapes } from "./row-shapes.ts";

const RUNS = { numRuns: 100 * testScale };
const [oneHost] = hostIds as [HostId, ...HostId[]];

/** By the requirement that forbids it: keys as others may name them. */
const FORBIDDEN = {
  "F1-104": ["githubTokenCiphertext", "encryptedGithubToken", "ciphertext"],
  "F1-105": ["githubToken", "github_token", "GITHUB_TOKEN"],
  "F1-106": ["openaiApiKey", "OPENAI_API_KEY", "apiKey"],
  "F1-107": ["openaiOrg", "openaiOrgId", "organization"],
  "F1-108": ["internalToken", "authToken", "authorization", "cookie"],
  "F1-109": ["storageKey", "durableObjectKey", "storage"],
} as const;
const forbidden = fc.constantFrom(...Object.values(FORBIDDEN).flat());
/** Made here and nowhere else: what is searched for afterwards. */
const secret = fc
  .array(fc.constantFrom(..."0123456789abcdef"), { minLength: 32, maxLength: 40 })
  .map((letters) => `planted${letters.join("")}`);
const planted = fc.tuple(forbidden, secret);

const command = { commandId: "c1" };
const valid: readonly { readonly [key: string]: Json }[] = [
  {
    type: "runtime.register",
    ...command,
    runtimeId: "r1",
    runtime: "container",
    backing: "vnc",
    status: "ready",
  },
  { type: "runtime.update", ...command, runtimeId: "r1", revision: 1, changes: { vnc: true } },
  {
    type: "egress.register",
    ...command,
    sandboxId: "box-1",
    allowedHosts: ["api.example.invalid"],
    githubCredentialSource: "worker",
    hasGithubToken: true,
    hasGithubRepoNodeId: true,
    hasOpenaiOrg: true,
  },
  {
    type: "checkpoint.register",
    ...command,
    target: { sessionId: "s1" },
    checkpointId: "k1",
    kind: "disk",
    bytes: 1,
    madeAt: NOW,
  },
  { type: "owner.map", ...command, hostId: "h1", unixUser: "ann", owner: "ann" },
];

/** Every way to put a key into an object or into one inside it. */
function withKey(value: Json, key: string, secretValue: Json): readonly Json[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const object = value as { readonly [key: string]: Json };
  const inside = Object.entries(object).flatMap(([name, inner]) =>
    withKey(inner, key, secretValue).map((changed) => ({ ...object, [name]: changed })),
  );
  return [{ ...object, [key]: secretValue }, ...inside];
}

describe("a command", () => {
  test("of the registry is accepted as it is", () => {
    for (const asked of valid) expect(Command.safeParse(asked).error?.issues).toBeUndefined();
  });

  test.each(Object.entries(FORBIDDEN))(
    "%s with a forbidden key anywhere in it is refused, and the key is named",
    (_row, names) => {
      fc.assert(
        fc.property(fc.constantFrom(...valid), fc.constantFrom(...names), secret, (asked, key, value) => {
          const ways = withKey(asked, key, value);
          expect(ways.length).toBeGreaterThan(0);
          for (const way of ways) {
            const { success, error } = Command.safeParse(way);
            expect(success).toBe(false);
            expect(JSON.stringify(error?.issues)).toContain(key);
            expect(JSON.stringify(error?.issues)).not.toContain(value);
          }
        }),
      );
    },
  );

  const smuggled: readonly (readonly [string, (value: string) => Json])[] = [
    ["userinfo of an address", (value) => ({ attachUrl: `https://me:${value}@box.example.invalid/` })],
    ["a query of an address", (value) => ({ attachUrl: `https://box.example.invalid/?token=${value}` })],
    ["a fragment of an address", (value) => ({ attachUrl: `https://box.example.invalid/#${value}` })],
  ];
  test.each(smuggled)("a secret in %s is refused", (_title, more) => {
    fc.assert(
      fc.property(secret, (value) => {
        const asked = { ...valid[0], ...(more(value) as object) };
        expect(Command.safeParse(asked).success).toBe(false);
      }),
    );
  });

  const replaced: readonly (readonly [string, (value: string) => Json])[] = [
    ["allowedHosts", (value) => [`https://me:${value}@api.example.invalid`]],
    ["allowedHosts", (value) => [`api.example.invalid/${value}`]],
    ["openaiBaseUrlHost", (value) => `api.example.invalid/v1?key=${value}`],
    ["openaiBaseUrlHost", (value) => `me:${value}@api.example.invalid`],
    ["githubRepo", (value) => `x-access-token:${value}@acme/shop`],
    ["githubCredentialSource", (value) => value],
    ["hasOpenaiOrg", (value) => value],
    ["hasGithubToken", (value) => value],
  ];
  test.each(replaced)("F1-097 … F1-103 a secret in place of `%s` is refused", (field, made) => {
    fc.assert(
      fc.property(secret, (value) => {
        expect(Command.safeParse({ ...valid[2], [field]: made(value) }).success).toBe(false);
      }),
    );
  });
});

interface Tainted {
  readonly value: string;
  readonly plan: EntryPlan;
}
const planOf = (lane: Lane, by: EntryPlan["by"], event: Event): EntryPlan => ({
  lane,
  by,
  hostId: oneHost,
  events: [event],
  recordedAt: event.at,
});

/** As another version or a careless writer might have written it. */
const taintedRegistry: fc.Arbitrary<Tainted> = fc
  .tuple(registryEvent, planted, fc.nat())
  .map(([event, [key, value], n]) => {
    const ways = withKey(event.data as Json, key, value);
    return {
      value,
      plan: planOf(DECIDED, "policy", { ...event, data: ways[n % ways.length] } as unknown as Event),
    };
  });

/** The same of what hosts tell, beside the fields that they have: in the facts, and in the words. */
const taintedHosts: fc.Arbitrary<Tainted> = fc
  .tuple(
    fc.oneof(
      sessionEvent.map((event) => planOf(sessionLane(sessionIds[0] as SessionId), "host", event)),
      hostEvent.map((event) => planOf(hostLane(oneHost), "host", event)),
    ),
    planted,
  )
  .map(([plan, [key, value]]) => {
    const events = plan.events.map((event) => ({
      ...event,
      data: { ...(event.data as object), [key]: value },
      body: event.body === null ? null : { ...(event.body as object), [key]: value },
    }));
    return { value, plan: { ...plan, events: events as unknown as readonly Event[] } };
  });

/** Everything that a file of views holds, as it stands in it. */
const everything = (store: ViewStore): string =>
  JSON.stringify(
    [...Object.keys(rowShapes), "quarantine"].map((view) => store.db.prepare(`SELECT * FROM ${view}`).all()),
  );

const ONE = { kind: "person", name: "root", role: "admin" } as const;
const asker: Asker = { principal: ONE, presentText: (text) => text, nowMs: NOW };

/** Everything that may leave, of every row that there is: as pages ask for it, and as the live stream tells it. */
function answersOf(reader: ViewReader): readonly unknown[] {
  const fleet = makeFleet();
  refresh(fleet, reader);
  const limits = { silentTurnMs: 1, refusedMs: ATTENTION_REFUSED_MS };
  const lines = linesOf(fleet, { nowMs: NOW, limits, heardAt: () => null });
  const { policies } = fleetPolicies(fleet);
  const config = { canonicalUrl: "", productUrl: "", defaultHostCount: 0 };
  const registry = { isAvailable: true, policyCount: policies.length };
  const rows = <Name extends ViewName>(view: Name) =>
    reader.changedAfter([view], 0, 1_000).map(({ row }) => row as ViewRows[Name]);
  return [
    fleetState(
      config,
      registry,
      lines.map(({ session }) => session),
      NOW,
    ),
    lines.flatMap(({ attention }) => attention.map((entry) => presentAttention(entry, NOW))),
    policies.map(presentPolicy),
    rows("egress").map(presentPolicy),
    rows("runtimes").map((row) => presentRuntime(row, NOW)),
    rows("checkpoints").map(presentCheckpoints),
    rows("archives").map(presentArchive),
    rows("owners").map(presentOwner),
    rows("shares").map(presentShare),
    rows("signIns").map(presentSignIn),
    rows("attention").map(presentAttentionActs),
    rows("sessions").map((row) => presentSession(row, { host: null, endpoint: null }, NO_OVERLAY, asker)),
    rows("hosts").map((row) => presentHost(row, null, asker)),
    rows("endpoints").map(presentEndpoint),
    rows("items").map((row) => presentItem(row, asker)),
    rows("turns").map((row) => presentTurn(row, asker)),
    rows("approvals").map((row) => presentApproval(row, { hostId: null, ruling: null }, asker)),
  ];
}

describe("what was written all the same", () => {
  test("F1-104 … F1-109 is in no row, in no column and in no answer", () => {
    let rows = 0;
    const tainted = fc.oneof({ weight: 2, arbitrary: taintedRegistry }, taintedHosts);
    fc.assert(
      fc.property(fc.array(tainted, { minLength: 1, maxLength: 8 }), (facts) => {
        const store = memoryStore();
        foldInto(store, placed(facts.map(({ plan }, index) => toEntry(plan, index))));
        const reader = readerOn(store.db);
        expect(reader.quarantine(ALL).rows).toEqual([]);
        const seen = everything(store) + JSON.stringify(answersOf(reader));
        rows += reader.changedAfter(Object.keys(rowShapes) as ViewName[], 0, 1_000).length;
        for (const { value } of facts) expect(seen).not.toContain(value);
      }),
      RUNS,
    );
    expect(rows).toBeGreaterThan(0);
  });

  test("F1-104 and no answer shows a field that a row has beside those that are listed", () => {
    const store = memoryStore();
    const facts = fc.sample(taintedRegistry, 200);
    foldInto(store, placed(facts.map(({ plan }, index) => toEntry(plan, index))));
    const reader = readerOn(store.db);
    const sneaked: ViewReader = {
      ...reader,
      changedAfter: (...ask) =>
        reader
          .changedAfter(...ask)
          .map((one) => ({ ...one, row: { ...one.row, planted: "planted" } as never })),
      fleetChanges: (after) => {
        const { position, rows } = reader.fleetChanges(after);
        return {
          position,
          rows: rows.map((one) => ({ ...one, row: { ...one.row, planted: "planted" } }) as never),
        };
      },
    };
    expect(reader.changedAfter(["runtimes", "archives"], 0, 10)).not.toEqual([]);
    expect(JSON.stringify(answersOf(sneaked))).not.toContain("planted");
  });

  test("F1-093 … F1-103 a policy leaves in the allowed fields and in no other", () => {
    const allowed = [
      "sandboxId",
      "sessionId",
      "owner",
      "githubRepo",
      "allowedHosts",
      "allowedHostCount",
      "openAIBaseUrlHost",
      "githubCredentialSource",
      "hasGithubToken",
      "hasGithubRepoNodeId",
      "hasOpenAIOrg",
      "registeredAt",
    ];
    fc.assert(
      fc.property(eventKinds["egress.registered"], (event) => {
        const entry = toEntry(
          { lane: DECIDED, by: "policy", hostId: oneHost, events: [event], recordedAt: event.at },
          0,
        );
        const store = memoryStore();
        foldInto(store, placed([entry]));
        const [row] = readerOn(store.db).egress(ALL).rows;
        if (row === undefined) throw new Error("no policy");
        expect(Object.keys(presentPolicy(row)).toSorted()).toEqual(allowed.toSorted());
      }),
    );
  });
});
