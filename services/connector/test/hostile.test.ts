/** What others chose: workspaces, Codex homes, servers and their words. None of it may hang the connector, and no secret comes out of it. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EndpointId, SessionId } from "@claw/events";
import { secretFormats, seededRng } from "@claw/redact/formats";
import { Effect } from "effect";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asked } from "../src/domain/approvals.ts";
import { observe } from "../src/domain/session-state.ts";
import { makeRedaction } from "../src/redaction.ts";
import { makeReadGit } from "../src/surroundings/git.ts";
import { secretsOfCodexHome, secretsOfEnvironment } from "../src/surroundings/secrets.ts";
import type { DeltaFrame } from "../src/uplink/uplink.ts";
import { makeDeltas } from "../src/watch/deltas.ts";
import { described, type Folder, makeFolder, NOW, plain, scale } from "./support.ts";
import { run } from "./watching.ts";

let folder: Folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

const at = (...parts: readonly string[]): string => join(folder.path, ...parts);
const write = (path: string, text: string): void => {
  mkdirSync(at(path, ".."), { recursive: true });
  writeFileSync(at(path), text);
};
const pipe = (path: string): void => {
  mkdirSync(at(path, ".."), { recursive: true });
  execFileSync("mkfifo", [at(path)]);
};
const HEX_KEY = "0123456789abcdef".repeat(4);
const rng = seededRng(3);
/** A specimen that is known by itself, without what stands around it. */
const secretOf = (name: string): string => {
  const format = secretFormats.find((one) => one.name === name);
  if (format === undefined) throw new Error(`there is no format ${name}`);
  return format.make(rng);
};

describe("a workspace that somebody chose", () => {
  it("of named pipes and devices holds no thread of ours (S17)", async () => {
    const readGit = makeReadGit();
    for (let n = 0; n < 8; n += 1) pipe(`trap${n}/.git`);
    pipe("head/.git/HEAD");
    mkdirSync(at("device"));
    symlinkSync("/dev/zero", at("device/.git"));
    write("good/.git/HEAD", "ref: refs/heads/main\n");
    const traps = [...Array.from({ length: 8 }, (_, n) => `trap${n}`), "head", "device"];
    for (const trap of traps) await Effect.runPromise(readGit(at(trap)));
    expect(await Effect.runPromise(readGit(at("good")))).toMatchObject({ branch: "main" });
  });

  it("does not make a commit of a key that it links to (S10, S17)", async () => {
    write("key", HEX_KEY);
    write("repo/.git/HEAD", "ref: refs/heads/main\n");
    mkdirSync(at("repo/.git/refs/heads"), { recursive: true });
    symlinkSync(at("key"), at("repo/.git/refs/heads/main"));
    expect(await Effect.runPromise(makeReadGit()(at("repo")))).toMatchObject({ commit: null });
    write("detached/.git/config", "");
    symlinkSync(at("key"), at("detached/.git/HEAD"));
    expect(await Effect.runPromise(makeReadGit()(at("detached")))).toMatchObject({ commit: null });
  });

  it("whose .git goes in circles ends", async () => {
    write("circle/.git", "gitdir: .\n");
    write("huge/.git", `gitdir: ${"x".repeat(2_000_000)}\n`);
    for (const name of ["circle", "huge"])
      expect(await Effect.runPromise(makeReadGit()(at(name)))).toMatchObject({ commit: null });
  });
});

describe("a Codex home that a server named", () => {
  it("hangs nobody and fills no memory", async () => {
    pipe("pipe/auth.json");
    expect(await secretsOfCodexHome(at("pipe"))).toEqual([]);
    mkdirSync(at("device"));
    symlinkSync("/dev/zero", at("device/auth.json"));
    expect(await secretsOfCodexHome(at("device"))).toEqual([]);
    write("many/auth.json", JSON.stringify(Array.from({ length: 5_000 }, (_, n) => `${HEX_KEY}${n}`)));
    expect((await secretsOfCodexHome(at("many"))).length).toBeLessThanOrEqual(64);
  });
});

describe("secrets of the host", () => {
  it("stand in URLs, too, and not in every variable whose name begins alike", () => {
    const password = secretOf("xata");
    expect(
      secretsOfEnvironment({
        DATABASE_URL: `postgres://app:${password}@db/x`,
        SMTP_PASS: password,
        GH_PAT: password,
        GIT_AUTHOR_NAME: "Ann Example",
        PWD: "/home/ann",
      }),
    ).toEqual([password, password, password]);
  });

  it("do not reach a server that is our child by our own variables (S27)", async () => {
    const command = { command: "sh", args: ["-c", `env > ${at("seen")}`] };
    const target = { kind: "stdio" as const, ...command };
    const env = { PATH: process.env["PATH"], CLAW_TOKEN: "not-for-models", OTHER: "kept" };
    const running = await run(folder, [{ endpointId: "child" as EndpointId, target }], { env });
    await running.until("its end", (told) =>
      told.some(({ type, data }) => type === "endpoint.became" && data.state === "down"),
    );
    await running.stop();
    expect(existsSync(at("seen")) && readFileSync(at("seen"), "utf8")).toContain("OTHER=kept");
    expect(readFileSync(at("seen"), "utf8")).not.toContain("CLAW_");
  });
});

describe("text that is too long to be read whole (S10)", () => {
  const CAP = 1_000;
  const READ = CAP + 65_536;

  it("shows no part of a secret that stands where the reading ends, however much was taken out before", () => {
    const { scrub } = makeRedaction("link", []);
    // The value before it is long and its mark is short, so the end of what was read comes to lie within the cap.
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (before) => {
        const secret = secretOf("npm");
        const first = "APP_SECRET=".padEnd(READ - before - 1, "a1");
        const text = `${first}\n${secret} ${"y".repeat(100)}`;
        const shown = scrub(text, CAP).text;
        for (let n = 0; n + 12 <= secret.length; n += 1) expect(shown).not.toContain(secret.slice(n, n + 12));
      }),
      { numRuns: 40 * scale },
    );
  });
});

describe("text as it streams (N1-043)", () => {
  const ids = { threadId: "t1", turnId: "u1", itemId: "i1" };
  const listening = (known: readonly string[] = []) => {
    const heard: DeltaFrame[] = [];
    const deltas = makeDeltas(makeRedaction("link", known), (delta) => void heard.push(delta));
    return { deltas, text: () => heard.map(({ text }) => text).join("") };
  };

  it("is silent when its beginning was not heard: the rest of a secret does not look like one", () => {
    const { deltas, text } = listening();
    deltas.push({ ...ids, delta: `${secretOf("npm").slice(8)} and more\n` });
    deltas.end(ids);
    expect(text()).toBe("");
  });

  it("stays silent when it had to give way to others", () => {
    const { deltas, text } = listening();
    const secret = secretOf("npm");
    deltas.begin(ids);
    deltas.push({ ...ids, delta: secret.slice(0, 8) });
    for (let n = 0; n < 256; n += 1) deltas.begin({ ...ids, itemId: `other${n}` });
    deltas.push({ ...ids, delta: `${secret.slice(8)} and more\n` });
    deltas.end(ids);
    expect(text()).toBe("");
  });

  it("hides no secret behind terminal controls, wherever it is cut", () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 5, max: 30 }), (sizes, place) => {
        const { deltas, text } = listening();
        const secret = secretOf("npm");
        const whole = `a ${secret.slice(0, place)}\u001b[1;31m${secret.slice(place)} b\u001b[0m c\n`;
        deltas.begin(ids);
        for (let from = 0, n = 0; from < whole.length; n += 1) {
          const size = sizes[n % sizes.length] ?? 1;
          deltas.push({ ...ids, delta: whole.slice(from, from + size) });
          from += size;
        }
        deltas.end(ids);
        expect(text()).toMatch(/^a ‹redacted:npm-token:h=[0-9a-f]{4}› b c\n$/);
      }),
      { numRuns: 100 * scale },
    );
  });
});

it("a question under a name that every object has is told like any other (S19)", () => {
  const { state } = observe(null, described("s1"), null, NOW);
  for (const method of ["constructor", "__proto__", "toString"]) {
    const request = {
      kind: "request" as const,
      known: false as const,
      id: 1,
      method,
      params: { threadId: "s1" },
    };
    const [told] = asked(state, request, plain, NOW).facts;
    expect(told?.event.data).toMatchObject({ kind: method });
  }
  expect(state.sessionId).toBe("s1" as SessionId);
});
