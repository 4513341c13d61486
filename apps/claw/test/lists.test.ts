/** Lists under their own names, who somebody is, and what is in an archive. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { against, ann, closeAll, iso, list } from "./against.ts";
import { claw } from "./stub-house.ts";

afterEach(closeAll);
const DAY = 86_400_000;
const line = (id: string, more: object = {}) => ({
  id,
  status: "ready",
  attention: [],
  createdAt: iso(DAY),
  ...more,
});
const fleetOf = (sessions: readonly object[]) => ({
  body: { fleet: { sessions, totals: { sessions: sessions.length } } },
});

describe("N1-032 W-33: lists by their own names", () => {
  test.each(["sessions", "runtimes", "policies", "archives", "checkpoints", "attention"])(
    "claw %s asks what claw get asks",
    async (kind) => {
      const { run, calls } = await against((url) =>
        url.startsWith(`/api/${kind}`) ? list(kind, []) : undefined,
      );
      await run([kind, "-o", "json"]);
      await run(["get", kind, "-o", "json"]);
      expect(calls.map(({ url }) => url)).toEqual([calls[0]?.url, calls[0]?.url]);
    },
  );

  test("each has its own filters and no others, and says them without the names of the other lists", async () => {
    const { out } = await claw(["sessions", "--help"], {});
    for (const flag of ["--group", "--repo", "--state", "--attention", "--owner", "--age", "--output"])
      expect(out).toContain(flag);
    expect(out).not.toMatch(/--decision|\(sessions/);
    expect((await claw(["sessions", "--decision", "refused"], {})).exitCode).toBe(2);
    expect((await claw(["archives", "--state", "ready"], {})).exitCode).toBe(2);
  });

  test("claw sessions hands every filter to the house", async () => {
    const { run, calls } = await against(() => list("sessions", []));
    const flags = "--group pay --repo acme/app --state failed --attention waiting --owner ann --age 2h";
    await run(["sessions", ...flags.split(" ")]);
    const { searchParams } = new URL(calls[0]?.url ?? "", "http://x");
    expect(Object.fromEntries(searchParams)).toMatchObject({
      group: "pay",
      repo: "acme/app",
      state: "failed",
      attention: "waiting",
      owner: "ann",
      minAgeMs: "7200000",
    });
  });

  test("claw get fleet narrows by each, by group with the runtimes that the group looks after as well", async () => {
    const lines = [
      line("s1", { repo: "acme/app", owner: "ann", attention: ["waiting"] }),
      line("s2", { repo: "acme/app", owner: "bob", status: "failed", group: "pay" }),
      line("s3", { repo: "acme/lib", owner: "ann", createdAt: iso(9 * DAY) }),
      line("r1", { runtime: "container", group: "pay" }),
    ];
    const { run } = await against((url) => (url.startsWith("/api/fleet") ? fleetOf(lines) : undefined));
    const found = async (...flags: readonly string[]) =>
      (await run(["get", "fleet", "-o", "name", ...flags])).out.split("\n").filter(Boolean);
    expect(await found("--group", "pay")).toEqual(["s2", "r1"]);
    expect(await found("--group", "pay", "--state", "failed")).toEqual(["s2"]);
    expect(await found("--repo", "acme/app", "--owner", "ann")).toEqual(["s1"]);
    expect(await found("--attention")).toEqual(["s1"]);
    expect(await found("--age", "7d")).toEqual(["s3"]);
  });

  test("claw policies shows what may be reached, and narrows by repository and session", async () => {
    const policy = (sandboxId: string, more: object) => ({
      sandboxId,
      sessionId: null,
      owner: "ann",
      githubRepo: null,
      allowedHosts: ["api.github.com"],
      allowedHostCount: 1,
      hasGithubToken: true,
      registeredAt: iso(DAY),
      ...more,
    });
    const rows = [policy("sbx-1", { githubRepo: "acme/app" }), policy("sbx-2", { sessionId: "s2" })];
    const { run } = await against(() => list("policies", rows));
    expect((await run(["policies", "--repo", "acme/app", "-o", "name"])).out).toBe("sbx-1\n");
    expect((await run(["policies", "--session", "s2", "-o", "name"])).out).toBe("sbx-2\n");
    expect((await run(["policies", "-o", "wide"])).out).toMatch(/sbx-1 .*acme\/app .*yes .*api\.github\.com/);
  });
});

test("X1-046, F1-179: claw checkpoints lists those of each session, the newest first", async () => {
  const checkpoint = (n: number, days: number) => ({
    checkpointId: `cp-${n}`,
    kind: "rootfs",
    bytes: n,
    digest: null,
    madeAt: iso(days * DAY),
  });
  const rows = [
    { sessionId: "s1", count: 60, bytes: 9, newest: [checkpoint(1, 9), checkpoint(2, 1)] },
    { sessionId: "s2", count: 1, bytes: 3, newest: [checkpoint(3, 8)] },
  ];
  const { run, calls } = await against(() => list("checkpoints", rows));
  expect((await run(["checkpoints", "-o", "name"])).out).toBe("cp-2\ncp-1\ncp-3\n");
  expect((await run(["checkpoints", "-o", "name", "--limit", "2"])).out).toBe("cp-2\ncp-1\n");
  expect((await run(["checkpoints", "-o", "name", "--age", "7d"])).out).toBe("cp-1\ncp-3\n");
  expect((await run(["checkpoints"])).out).toMatch(/^SESSION .*\ns1 +cp-2 +rootfs +2 /);
  await run(["checkpoints", "--session", "s1"]);
  expect(calls.at(-1)?.url).toContain("session=s1");
  expect((await run(["checkpoints", "--repo", "acme/app"])).exitCode).toBe(2);
});

test("N1-036: claw get usage adds up by what is asked for, and nobody's is a dash", async () => {
  const sums = { inputTokens: 7, cachedInputTokens: 2, outputTokens: 3, reasoningOutputTokens: 1 };
  const rows = [
    { name: "ann", sessions: 2, totalTokens: 10, ...sums },
    { name: null, sessions: 1, totalTokens: 4, ...sums },
  ];
  const { run, calls } = await against(() => list("usage", rows));
  const { out } = await run(["get", "usage", "--by", "owner"]);
  expect(calls.at(-1)?.url).toContain("by=owner");
  expect(out).toMatch(/^NAME +SESSIONS +TOKENS.*\nann +2 +10 .*\n- +1 +4 /);
  expect((await run(["get", "usage", "--by", "month"])).exitCode).toBe(2);
  expect((await run(["get", "sessions", "--by", "owner"])).exitCode).toBe(2);
});

test("claw attention lists, and its own commands stay", async () => {
  const rows = [
    { key: "waiting/s1/r1", kind: "waiting", sessionId: "s1", sinceAt: iso(60_000), evidence: "asks" },
  ];
  const { run } = await against(() => list("attention", rows));
  expect((await run(["attention", "-o", "name"])).out).toBe("waiting/s1/r1\n");
  expect((await run(["attention", "--help"])).out).toMatch(/snooze[^]*assign/);
  expect((await run(["attention", "nonsense"])).exitCode).toBe(2);
});

test("X1-046: claw whoami says as whom, and until when; claw login-link is claw login", async () => {
  const { run, calls } = await against((url) =>
    url === "/api/me"
      ? { body: { principal: { ...ann, group: "pay" }, signInId: null, until: iso(-DAY) } }
      : { body: { loginLink: { url: "http://127.0.0.1:1/auth/link#x", until: iso(0) } } },
  );
  expect((await run(["whoami"])).out).toBe("person/ann, operator of pay, until 2026-11-22T12:00:00.000Z\n");
  expect(JSON.parse((await run(["whoami", "-o", "json"])).out)).toMatchObject({ principal: { name: "ann" } });
  expect((await run(["login-link"])).out).toBe("http://127.0.0.1:1/auth/link#x\n");
  expect(calls.at(-1)).toMatchObject({ method: "POST", url: "/api/login-links" });
});

describe("X1-035: claw archive", () => {
  const text = "# Session s1\n\nWords \u001b[2J that clear a screen.\n";
  const digestOf = (content: string): string => createHash("sha256").update(content).digest("hex");
  const house = (content: string, recorded = content) =>
    against((url) => {
      const part = { bytes: Buffer.byteLength(recorded), digest: digestOf(recorded) };
      if (url === "/api/archives/s1")
        return { body: { archive: { parts: { transcript: part, events: part, summary: part } } } };
      return url.startsWith("/api/archives/s1/")
        ? { headers: { "content-type": "text/markdown" }, body: content }
        : { status: 404, body: { code: "not_found", title: "There is no such thing." } };
    });
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), "claw-archive-"));
    onTestFinished(() => rmSync(made, { recursive: true }));
    return made;
  };

  test("writes a part, on a terminal without what it would obey, into a file byte for byte", async () => {
    const { run, calls } = await house(text);
    expect((await run(["archive", "s1"])).out).toBe(text.replace("\u001b[2J", ""));
    const out = join(folder(), "events.ndjson");
    const ran = await run(["archive", "s1", "events", "--out", out]);
    expect([ran.exitCode, readFileSync(out, "utf8")]).toEqual([0, text]);
    expect(ran.err).toContain(digestOf(text));
    expect(calls.at(-1)?.url).toBe("/api/archives/s1/events.ndjson");
  });

  test("what is not what was finalised is exit 1 and leaves no file; a file that is there stays as it is", async () => {
    const { run } = await house(text, `${text}more`);
    const out = join(folder(), "t.md");
    expect((await run(["archive", "s1", "--out", out])).exitCode).toBe(1);
    expect(existsSync(out)).toBe(false);
    const whole = await house(text);
    await whole.run(["archive", "s1", "--out", out]);
    expect((await whole.run(["archive", "s1", "--out", out])).exitCode).toBe(2);
    expect(readFileSync(out, "utf8")).toBe(text);
  });

  test("no archive is exit 3, and another part exit 2", async () => {
    const { run } = await house(text);
    expect((await run(["archive", "s9"])).exitCode).toBe(3);
    expect((await run(["archive", "s1", "all"])).exitCode).toBe(2);
  });
});
