/** Crabfleet's eight states, cell by cell (F1-137 … F1-147, X1-013, W-41). */
import { DEFAULT_GROUP, Lifecycle } from "@claw/events";
import { describe, expect, test } from "vitest";
import {
  type Attached,
  type EndpointRow,
  isActive,
  lifecycleOf,
  lifecycleOfRuntime,
  type RuntimeRow,
  runtimeSummary,
  type SessionRow,
  sessionSummary,
} from "../src/index.ts";
import { archiveOf, endpointOf, hostOf, NOW, runtimeOf, sessionOf } from "./fleet-given.ts";

type State = SessionRow["freshness"]["state"];
const since = (state: State): SessionRow["freshness"] => ({ state, sinceAt: NOW, reason: null });
const activity = (type: string): SessionRow["activity"] => ({ type, flags: [], sinceAt: NOW });

interface Cell {
  readonly lifecycle: SessionRow["lifecycle"];
  readonly type: string;
  readonly closed: SessionRow["closed"];
  readonly freshness: State;
  readonly host: State | null;
  readonly endpoint: EndpointRow["state"] | null;
  readonly attached: Attached;
}
const usual: Cell = {
  lifecycle: "ready",
  type: "idle",
  closed: null,
  freshness: "live",
  host: "live",
  endpoint: "ready",
  attached: "unknown",
};

const factsOf = ({ lifecycle, type, closed, freshness, host, endpoint, attached }: Cell) => ({
  row: sessionOf({ lifecycle, closed, activity: activity(type), freshness: since(freshness) }),
  host: host === null ? null : hostOf({ freshness: since(host) }),
  endpoint: endpoint === null ? null : endpointOf({ state: endpoint }),
  attached,
});
const BESIDE = { egress: null, archive: null, checkpoints: 0, attention: [], group: DEFAULT_GROUP };
const summaryOf = (cell: Partial<Cell>, archive: ReturnType<typeof archiveOf> | null = null) =>
  sessionSummary({ ...factsOf({ ...usual, ...cell }), ...BESIDE, archive, owner: null, hostHeardAt: null });

describe("a session of a Codex host", () => {
  const cells: readonly (readonly [title: string, cell: Partial<Cell>, word: Lifecycle])[] = [
    ["F1-139 can be attached to, and nobody says whether somebody is", {}, "ready"],
    ["F1-140 has somebody attached", { attached: "yes" }, "attached"],
    ["F1-141 has nobody attached", { attached: "no" }, "detached"],
    ["F1-139 is at work", { type: "active" }, "ready"],
    ["does what a later Codex invents", { type: "dreaming" }, "ready"],
    [
      "F1-137 was asked for and has no thread",
      { lifecycle: "provisioning", type: "notLoaded" },
      "provisioning",
    ],
    ["F1-137 was asked for on a silent host", { lifecycle: "provisioning", host: "stale" }, "provisioning"],
    ["F1-138 its host is silent", { freshness: "stale", host: "stale" }, "pending_adapter"],
    ["F1-138 its host is silent, and no fact of its own says so yet", { host: "stale" }, "pending_adapter"],
    ["F1-138 its host was never heard", { host: "unknown" }, "pending_adapter"],
    ["F1-138 nothing is known of its host", { host: null }, "pending_adapter"],
    ["F1-138 its app-server is down", { endpoint: "down" }, "pending_adapter"],
    ["F1-138 its app-server is being connected to", { endpoint: "connecting" }, "pending_adapter"],
    ["F1-138 its app-server drains", { endpoint: "draining" }, "pending_adapter"],
    ["F1-138 nothing is known of its app-server", { endpoint: null }, "pending_adapter"],
    ["F1-138 goes before who is attached", { endpoint: "down", attached: "yes" }, "pending_adapter"],
    ["F1-142 was archived", { closed: "archived" }, "stopped"],
    ["F1-142 was deleted", { closed: "deleted", freshness: "gone" }, "stopped"],
    ["F1-142 was unloaded", { closed: "unloaded", type: "notLoaded" }, "stopped"],
    ["F1-142 is in no app-server's memory", { type: "notLoaded" }, "stopped"],
    ["F1-142 and stays it while its host is silent", { type: "notLoaded", host: "stale" }, "stopped"],
    ["F1-144 its spawn came to nothing", { lifecycle: "failed", type: "notLoaded" }, "failed"],
    ["F1-144 Codex says systemError", { type: "systemError" }, "failed"],
    ["X1-013 failed goes before stopped", { type: "systemError", closed: "archived" }, "failed"],
    ["X1-013 also of one that never began", { lifecycle: "failed", closed: "deleted" }, "failed"],
  ];
  test.each(cells)("%s", (_title, cell, word) => {
    expect(lifecycleOf(factsOf({ ...usual, ...cell }))).toBe(word);
  });

  /** The table of ADR 0014: which words hold, and the first of them in its order. */
  function wordBy(cell: Cell): Lifecycle {
    const isUnreached = cell.freshness !== "live" || cell.host !== "live" || cell.endpoint !== "ready";
    const isAsked = cell.lifecycle === "provisioning";
    const holds: Readonly<Record<Lifecycle, boolean>> = {
      failed: cell.lifecycle === "failed" || cell.type === "systemError",
      expired: false,
      stopped: cell.closed !== null || (!isAsked && cell.type === "notLoaded"),
      provisioning: isAsked,
      pending_adapter: isUnreached,
      attached: cell.attached === "yes",
      detached: cell.attached === "no",
      ready: true,
    };
    const order = [
      "failed",
      "expired",
      "stopped",
      "provisioning",
      "pending_adapter",
      "attached",
      "detached",
      "ready",
    ];
    return Lifecycle.parse(order.find((word) => holds[word as Lifecycle]));
  }

  test("F1-137 … F1-146 every cell there is", () => {
    const states = ["live", "stale", "unknown", "gone"] as const;
    let cells = 0;
    for (const lifecycle of ["provisioning", "failed", "ready"] as const)
      for (const type of ["idle", "active", "notLoaded", "systemError", "dreaming"])
        for (const closed of [null, "unloaded", "archived", "deleted"] as const)
          for (const freshness of states)
            for (const host of [null, ...states])
              for (const endpoint of [null, "connecting", "ready", "draining", "down"] as const)
                for (const attached of ["yes", "no", "unknown"] as const) {
                  cells += 1;
                  const cell = { lifecycle, type, closed, freshness, host, endpoint, attached };
                  const { status, active, attachable, attachUrl } = summaryOf(cell);
                  const word = wordBy(cell);
                  if (status !== word) expect({ cell, status }).toEqual({ cell, status: word });
                  const isOver = word === "failed" || word === "expired" || word === "stopped";
                  if (active === isOver || attachable !== (active && attachUrl !== null))
                    expect.unreachable(JSON.stringify({ cell, active, attachable, attachUrl }));
                  const isReachable = ["ready", "attached", "detached"].includes(word);
                  if ((attachUrl !== null) !== isReachable) expect(cell).toBe(attachUrl);
                }
    expect(cells).toBe(3 * 5 * 4 * 4 * 5 * 5 * 3);
  });

  test("F1-146 is attached to over its host, by a name that is one or by the host's id (DESIGN 14.22)", () => {
    const at = (hostname: string | null) =>
      sessionSummary({
        ...factsOf(usual),
        ...BESIDE,
        host: hostOf({ hostname }),
        owner: null,
        hostHeardAt: null,
      }).attachUrl;
    expect(at("box.example.invalid")).toBe("codex+ssh://box.example.invalid/main/s1");
    for (const hostname of [
      null,
      "",
      "-oProxyCommand=x",
      "me@box",
      "box:22",
      "two words",
      "box/..",
      "b\u202eox",
    ])
      expect(at(hostname)).toBe("codex+ssh://h1/main/s1");
  });

  test("F1-147 is archived while its newest archive is there", () => {
    expect([summaryOf({}), summaryOf({}, archiveOf())].map(({ archived }) => archived)).toEqual([
      false,
      true,
    ]);
    expect(summaryOf({}, archiveOf({ deletedAt: NOW })).archived).toBe(false);
  });

  test("F1-084 was seen when its host was heard, as long as that host hears it", () => {
    const seenAt = (cell: Partial<Cell>) =>
      sessionSummary({ ...factsOf({ ...usual, ...cell }), ...BESIDE, owner: null, hostHeardAt: NOW + 9 })
        .lastSeenAt;
    expect([seenAt({}), seenAt({ freshness: "unknown" }), seenAt({ freshness: "gone" })]).toEqual([
      NOW + 9,
      NOW,
      NOW,
    ]);
  });
});

describe("a registered runtime", () => {
  const statuses = Lifecycle.options.filter((word) => word !== "expired");
  const rows = statuses.flatMap((status) =>
    [null, NOW - 1, NOW, NOW + 1].map((leaseUntil) => {
      const isOver = leaseUntil !== null && leaseUntil <= NOW && status !== "failed";
      return [status, leaseUntil, isOver ? "expired" : status] as const;
    }),
  );
  test.each(rows)(
    "F1-027 F1-143 X1-013 that is %s, with a lease until %s, is %s",
    (status, leaseUntil, word) => {
      expect(lifecycleOfRuntime({ status, leaseUntil }, NOW)).toBe(word);
    },
  );

  const shown = (more: Partial<RuntimeRow>, nowMs = NOW) =>
    runtimeSummary({ row: runtimeOf(more), nowMs, ...BESIDE });

  test.each(statuses)("F1-145 F1-146 W-41 %s: address and lease are shown while it is active", (status) => {
    const { active, attachable, attachUrl, leaseId } = shown({ status });
    expect(active).toBe(isActive(status));
    expect([attachable, attachUrl !== null, leaseId !== null]).toEqual([active, active, active]);
    expect(shown({ status, attachUrl: null }).attachable).toBe(false);
  });

  test("F1-013 W-41 a lease that ran out is shown no more, nor is where to attach", () => {
    const expired = shown({ leaseUntil: NOW });
    expect(expired).toMatchObject({ status: "expired", leaseId: null, attachUrl: null, attachable: false });
    expect(expired.stoppedAt).toBe(NOW);
    expect(shown({ leaseUntil: NOW }, NOW - 1)).toMatchObject({ status: "ready", leaseId: "lease-1" });
  });

  test("F1-178 N1-034 a runtime is taken away at the end of its lease, while it has one and lives", () => {
    expect(shown({ leaseUntil: NOW + 60_000 })).toMatchObject({ reapAt: NOW + 60_000, idleSinceAt: null });
    expect(shown({ leaseUntil: null }).reapAt).toBeNull();
    expect(shown({ leaseUntil: NOW }).reapAt).toBeNull();
    for (const status of ["stopped", "failed"] as const)
      expect(shown({ status, leaseUntil: NOW + 60_000 }).reapAt).toBeNull();
  });

  test("N1-034 a Codex host's session tells since when it is idle, and is never taken away", () => {
    const input = {
      host: hostOf(),
      endpoint: endpointOf(),
      attached: "unknown",
      owner: null,
      hostHeardAt: null,
    } as const;
    const clockOf = (type: string) => {
      const row = sessionOf({ activity: { ...activity(type), sinceAt: NOW - 5_000 } });
      const { idleSinceAt, stoppedAt, reapAt } = sessionSummary({ ...input, row, ...BESIDE });
      return { idleSinceAt, stoppedAt, reapAt };
    };
    expect(clockOf("idle")).toEqual({ idleSinceAt: NOW - 5_000, stoppedAt: null, reapAt: null });
    expect(clockOf("active")).toEqual({ idleSinceAt: null, stoppedAt: null, reapAt: null });
    // Asleep: in no app-server's memory.
    expect(clockOf("notLoaded")).toEqual({ idleSinceAt: null, stoppedAt: NOW - 5_000, reapAt: null });
  });
});
