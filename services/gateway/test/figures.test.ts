import type { GroupId } from "@claw/events";
import { Lifecycle } from "@claw/events";
import type { FleetLine, FleetSession } from "@claw/views";
import { describe, expect, test } from "vitest";
import {
  attentionFigures,
  hostFigures,
  MAX_GROUPS,
  oldestFigures,
  sessionFigures,
  tokenFigures,
} from "../src/fleet/figures.ts";
import { NOW } from "./fake-house.ts";
import { privateHouse } from "./private-house.ts";

const line = (group: string, status: Lifecycle, attention: FleetLine["attention"] = []): FleetLine => ({
  session: { id: "s1", status } as FleetSession,
  belonging: {
    sessionId: "s1" as FleetLine["belonging"]["sessionId"],
    owner: null,
    group: group as GroupId,
    parentSessionId: null,
    rootSessionId: null,
  },
  attention,
  usage: null,
});
const entry = (sinceAt: number, isSnoozed = false): FleetLine["attention"][number] => ({
  key: "waiting/s1/q1",
  kind: "waiting",
  sessionId: "s1" as FleetLine["belonging"]["sessionId"],
  sinceAt,
  evidence: "",
  helps: "",
  acts: null,
  isSnoozed,
});

describe("N1-035: the fleet in figures", () => {
  test("sessions by state and group, every state of every group", () => {
    const figures = sessionFigures([line("a", "ready"), line("a", "ready"), line("b", "failed")]);
    expect(figures).toHaveLength(2 * Lifecycle.options.length);
    expect(figures).toContainEqual([{ state: "ready", group: "a" }, 2]);
    expect(figures).toContainEqual([{ state: "ready", group: "b" }, 0]);
  });

  test("a thousand groups make no more series than there are places", () => {
    const lines = Array.from({ length: 1_000 }, (_, n) => line(`g${n}`, "ready"));
    const figures = sessionFigures(lines);
    expect(new Set(figures.map(([{ group }]) => group)).size).toBe(MAX_GROUPS + 1);
    expect(figures.reduce((sum, [, value]) => sum + value, 0)).toBe(1_000);
  });

  test("N1-036: tokens by group, no more series than groups have places, and nothing is lost in the rest", () => {
    const used = (group: string, totalTokens: number): FleetLine => ({
      ...line(group, "ready"),
      usage: {
        totalTokens,
        inputTokens: 0,
        cachedInputTokens: 0,
        outputTokens: 0,
        reasoningOutputTokens: 0,
        contextWindow: null,
      },
    });
    const few = tokenFigures([used("a", 5), used("a", 7), line("a", "ready"), line("b", "ready")]);
    expect(few).toEqual([
      [{ group: "a" }, 12],
      [{ group: "b" }, 0],
    ]);
    const many = tokenFigures(Array.from({ length: 1_000 }, (_, n) => used(`g${n}`, 3)));
    expect(many).toHaveLength(MAX_GROUPS + 1);
    expect(many.reduce((sum, [, value]) => sum + value, 0)).toBe(3_000);
  });

  test("attention by kind, and how long the oldest waits, without what is put off", () => {
    const lines = [
      line("a", "ready", [entry(NOW - 5_000), entry(NOW - 60_000, true)]),
      line("a", "ready", [entry(NOW)]),
    ];
    expect(attentionFigures(lines)).toContainEqual([{ kind: "waiting" }, 2]);
    expect(attentionFigures(lines)).toContainEqual([{ kind: "silent" }, 0]);
    expect(oldestFigures(lines, NOW)).toContainEqual([{ kind: "waiting" }, 5]);
    expect(oldestFigures(lines, NOW)).toContainEqual([{ kind: "failing" }, 0]);
  });

  test("hosts by whether they are heard", () => {
    const live = { freshness: { state: "live", sinceAt: NOW, reason: null } } as const;
    expect(hostFigures([live, live])).toEqual([
      [{ freshness: "live" }, 2],
      [{ freshness: "stale" }, 0],
      [{ freshness: "unknown" }, 0],
      [{ freshness: "gone" }, 0],
    ]);
  });
});

test("F1-092: no figure names anybody", async () => {
  const { get } = privateHouse("fleet");
  const text = await (await get("/metrics", "eve")).text();
  expect(text).toContain('claw_fleet_sessions{state="ready",group="default"} ');
  for (const name of ["ann", "bob", "acme/app", "box-1", "h1"]) expect(text).not.toContain(`"${name}"`);
});
