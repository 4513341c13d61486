/** The one aggregation, against a count by hand (F1-026, F1-041 … F1-067). */
import { DEFAULT_GROUP, Lifecycle, RuntimeWord } from "@claw/events";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  egressIn,
  type FleetConfig,
  FleetSession,
  FleetState,
  fleetState,
  isActive,
  runtimeSummary,
  sessionSummary,
} from "../src/index.ts";
import { testScale } from "./given.ts";
import { egressOf, endpointOf, hostOf, NOW, runtimeOf, s1, sessionOf } from "./fleet-given.ts";

const RUNS = { numRuns: 150 * testScale };
const config: FleetConfig = {
  canonicalUrl: "https://claw.example.invalid",
  productUrl: "https://product.example.invalid",
  defaultHostCount: 13,
};
const registry = { isAvailable: true, policyCount: 2 };
const BESIDE = { egress: null, archive: null, checkpoints: 0, attention: [], group: DEFAULT_GROUP };
const one = sessionSummary({
  row: sessionOf(),
  host: hostOf(),
  endpoint: endpointOf(),
  attached: "unknown",
  owner: null,
  hostHeardAt: null,
  ...BESIDE,
});

/** Lines that contradict each other in nothing but order: few ids and few ages, so that ties are frequent. */
const line: fc.Arbitrary<FleetSession> = fc
  .record({
    id: fc.integer({ min: 1, max: 60 }).map((n) => `s${n}`),
    status: fc.constantFrom(...Lifecycle.options),
    runtime: fc.constantFrom(...RuntimeWord.options),
    createdAt: fc.option(fc.integer({ min: NOW, max: NOW + 3 }), { nil: null }),
    hasUrl: fc.boolean(),
    archived: fc.boolean(),
    vnc: fc.boolean(),
    present: fc.boolean(),
  })
  .map(({ hasUrl, present, ...rest }) => {
    const active = isActive(rest.status);
    const attachUrl = hasUrl && active ? "ssh://box.example.invalid" : null;
    return {
      ...one,
      ...rest,
      active,
      attachUrl,
      attachable: attachUrl !== null,
      policy: { ...one.policy, present },
    };
  });
const lines = fc.uniqueArray(line, { selector: ({ id }) => id, maxLength: 40 });
const stateOf = (sessions: readonly FleetSession[]): FleetState =>
  fleetState(config, registry, sessions, NOW);

describe("the fleet's state", () => {
  test("F1-045 … F1-066 counts what a naive count counts, with every word there, also where there is none of it", () => {
    fc.assert(
      fc.property(lines, (sessions) => {
        const { totals, egress } = stateOf(sessions);
        const many = (holds: (session: FleetSession) => boolean): number => sessions.filter(holds).length;
        const byStatus = Object.fromEntries(
          [
            "provisioning",
            "pending_adapter",
            "ready",
            "attached",
            "detached",
            "stopped",
            "expired",
            "failed",
          ].map((word) => [word, many(({ status }) => status === word)]),
        );
        expect(totals).toEqual({
          sessions: sessions.length,
          active: many(({ status }) => !["stopped", "expired", "failed"].includes(status)),
          ready: byStatus["ready"],
          provisioning: byStatus["provisioning"],
          failed: byStatus["failed"],
          stopped: byStatus["stopped"],
          attachable: many(({ attachUrl }) => attachUrl !== null),
          archived: many(({ archived }) => archived),
          vnc: many(({ vnc }) => vnc),
          byRuntime: {
            crabbox: many(({ runtime }) => runtime === "crabbox"),
            container: many(({ runtime }) => runtime === "container"),
          },
          byStatus,
        });
        expect(egress).toEqual({
          defaultHostCount: 13,
          policyCount: 2,
          sessionsWithPolicy: many(({ policy }) => policy.present),
        });
      }),
      RUNS,
    );
  });

  test("F1-067 is in the same order whatever order it is given: oldest first, unknown age last, then by id", () => {
    fc.assert(
      fc.property(
        lines.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([sessions, shuffled]) => {
          const { sessions: shown } = stateOf(sessions);
          expect(stateOf(shuffled).sessions).toEqual(shown);
          const places = shown.map(({ createdAt, id }) => `${createdAt ?? "unknown"} ${id}`);
          expect(places).toEqual(places.toSorted());
          // What comes and goes moves none of the others.
          const fewer = shown.filter((_, n) => n % 2 === 0);
          expect(stateOf(fewer).sessions).toEqual(fewer);
        },
      ),
      RUNS,
    );
  });

  test("F1-001 F1-002 F1-041 … F1-044 says where it is, when, and whether its registry is whole; and is as its schema says", () => {
    fc.assert(
      fc.property(lines, fc.boolean(), (sessions, isAvailable) => {
        const state = fleetState(config, { ...registry, isAvailable }, sessions, NOW);
        expect(state).toMatchObject({ ...urls, generatedAt: NOW, registryAvailable: isAvailable });
        expect(FleetState.strict().parse(state)).toEqual(state);
      }),
      RUNS,
    );
  });
  const urls = { canonicalUrl: config.canonicalUrl, productUrl: config.productUrl };

  test("F1-048 … F1-066 of nothing is nothing, with every figure there", () => {
    const { totals, sessions } = stateOf([]);
    expect(sessions).toEqual([]);
    expect(Object.keys(totals.byStatus)).toEqual(Lifecycle.options);
    expect(
      JSON.stringify(totals)
        .match(/\d+/g)
        ?.every((figure) => figure === "0"),
    ).toBe(true);
  });
});

test("F1-068 … F1-091 a line has every field of the specification, of a session as of a runtime", () => {
  const fields = [
    "id",
    "repo",
    "branch",
    "runtime",
    "owner",
    "status",
    "active",
    "attachable",
    "vnc",
    "archived",
    "logEvents",
    "leaseId",
    "sandboxId",
    "lastEvent",
    "createdAt",
    "updatedAt",
    "lastSeenAt",
    "stoppedAt",
    "policy",
  ];
  const policy = [
    "present",
    "allowedHostCount",
    "githubCredentialSource",
    "githubRepo",
    "hasGithubToken",
    "openAIBaseUrlHost",
  ];
  const egress = egressOf({ allowedHosts: ["a.example.invalid", "b.example.invalid"], hasGithubToken: true });
  const runtime = runtimeSummary({ row: runtimeOf(), nowMs: NOW, ...BESIDE, egress });
  for (const shown of [one, runtime]) {
    expect(Object.keys(shown)).toEqual(expect.arrayContaining(fields));
    expect(Object.keys(shown.policy).toSorted()).toEqual(policy.toSorted());
    expect(FleetSession.strict().parse(shown)).toEqual(shown);
  }
  expect(runtime.policy).toMatchObject({ present: true, allowedHostCount: 2, hasGithubToken: true });
  expect(one.policy).toMatchObject({ present: false, allowedHostCount: 0, githubCredentialSource: "none" });
});

describe("F1-136 of several egress policies of one session the newest counts", () => {
  const at = (position: number, more: Parameters<typeof egressOf>[0]) => egressOf({ position, ...more });
  const ids: ReadonlyMap<string, string> = new Map([
    ["s1", "s1"],
    ["req-c1", "s1"],
    ["s2", "s2"],
    ["r1", "r1"],
    ["box-of-r1", "r1"],
  ]);
  const idOf = (name: string): string | null => ids.get(name) ?? null;
  const cells: readonly (readonly [
    string,
    readonly ReturnType<typeof egressOf>[],
    readonly string[],
    string | null,
  ])[] = [
    [
      "under two sandboxes that name it",
      [at(1, { sandboxId: "a", sessionId: s1 }), at(2, { sandboxId: "b", sessionId: s1 })],
      ["b"],
      "b",
    ],
    [
      "whatever order they are read in",
      [at(2, { sandboxId: "b", sessionId: s1 }), at(1, { sandboxId: "a", sessionId: s1 })],
      ["b"],
      "b",
    ],
    [
      "by an alias that is its name",
      [at(1, { sandboxId: "a", sessionId: s1 }), at(2, { sandboxId: "b", aliases: ["x", "s1"] })],
      ["b"],
      "b",
    ],
    [
      "by a sandbox that is its name",
      [at(1, { sandboxId: "s1" }), at(2, { sandboxId: "b", sessionId: s1 })],
      ["b"],
      "b",
    ],
    [
      "by its first name",
      [at(1, { sandboxId: "a", sessionId: s1 }), at(2, { sandboxId: "b", aliases: ["req-c1"] })],
      ["b"],
      "b",
    ],
    [
      "by an alias that another policy of it has",
      [at(2, { sandboxId: "b", aliases: ["x"] }), at(1, { sandboxId: "a", sessionId: s1, aliases: ["x"] })],
      ["b"],
      "b",
    ],
    [
      "but not of another session, though they share an alias",
      [
        at(1, { sandboxId: "a", sessionId: s1, aliases: ["x"] }),
        at(2, { sandboxId: "b", sessionId: "s2" as typeof s1, aliases: ["x"] }),
      ],
      ["b", "a"],
      "a",
    ],
    [
      "and of nobody that is known, those that share a name are one",
      [
        at(1, { sandboxId: "a", aliases: ["x"] }),
        at(2, { sandboxId: "b", aliases: ["x"] }),
        at(3, { sandboxId: "c" }),
      ],
      ["c", "b"],
      null,
    ],
    ["of none is none", [], [], null],
  ];
  test.each(cells)("%s", (_title, rows, counting, ofS1) => {
    const index = egressIn(rows, idOf);
    expect(index.policies.map(({ sandboxId }) => sandboxId)).toEqual(counting);
    expect(index.of("s1")?.sandboxId ?? null).toBe(ofS1);
  });

  test("a runtime's is found by its sandbox", () => {
    expect(egressIn([at(1, { sandboxId: "box-of-r1" })], idOf).of("r1")?.sandboxId).toBe("box-of-r1");
  });

  test("however many there are and in whatever order: one for each session, and it is the newest", () => {
    const row = fc.record({
      sandboxId: fc.constantFrom("a", "b", "c", "d", "s1"),
      sessionId: fc.constantFrom(null, s1, "s2" as typeof s1),
      aliases: fc.array(fc.constantFrom("s1", "s2", "req-c1"), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), (made) => {
        // As the rows are: one for each sandbox, the newest.
        const rows = [...new Map(made.map((more, n) => [more.sandboxId, at(n + 1, more)])).values()];
        const index = egressIn(rows, idOf);
        expect(egressIn(rows.toReversed(), idOf).policies).toEqual(index.policies);
        for (const id of ["s1", "s2"]) {
          const told = rows.filter(({ sessionId }) => sessionId === id).map(({ position }) => position);
          if (told.length > 0) expect(index.of(id)?.position).toBeGreaterThanOrEqual(Math.max(...told));
          const ofIt = index.policies.filter((one) => one === index.of(id));
          expect(ofIt.length).toBeLessThanOrEqual(1);
          expect(index.policies.filter(({ sessionId }) => sessionId === id).length).toBeLessThanOrEqual(1);
        }
      }),
      RUNS,
    );
  });
});
