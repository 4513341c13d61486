/** An app-server of our own: started where none answers, reused, and ended by name of its process only. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { stopOwnAppServer } from "@claw/connector";
import { noDiagnostics } from "@claw/runtime";
import { Effect } from "effect";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findCodex } from "../src/daemon/codex-binary.ts";
import { makeDaemon } from "../src/daemon/daemon.ts";
import { ownProcess, remember } from "../src/daemon/own-process.ts";
import { type Folder, makeFolder } from "./support.ts";

let folder: Folder;
let said: string[];

beforeEach(() => {
  folder = makeFolder();
  said = [];
  mkdirSync(join(folder.path, "data"));
});
afterEach(async () => {
  await Effect.runPromise(stopOwnAppServer(join(folder.path, "data")));
  folder.remove();
});

/** A program that listens where it is expected to, and writes down its environment. */
function fakeCodex(): string {
  const path = join(folder.path, "codex");
  const script = [
    `#!${process.execPath}`,
    'const { createServer } = require("node:net"), { appendFileSync } = require("node:fs");',
    'appendFileSync(process.env.STARTS, `${process.argv.slice(2).join(" ")} ${Object.keys(process.env).filter((name) => name.startsWith("CLAW_")).length}\\n`);',
    "createServer().listen(process.env.SOCKET);",
  ];
  writeFileSync(path, script.join("\n"));
  chmodSync(path, 0o700);
  return path;
}

const socketPath = (): string => join(folder.path, "s.sock");
const starts = (): string => readFileSync(join(folder.path, "starts"), "utf8");
const daemon = (codex: string | undefined, env: Readonly<Record<string, string>> = {}) => {
  const say = (_fields: unknown, sentence: string) => void said.push(sentence);
  return makeDaemon({
    dataDir: join(folder.path, "data"),
    socketPath: socketPath(),
    codex,
    env: { SOCKET: socketPath(), STARTS: join(folder.path, "starts"), PATH: "", ...env },
    diagnostics: { ...noDiagnostics, info: say, warn: say } as unknown as typeof noDiagnostics,
  });
};

describe("the connector's own app-server (S1-021)", () => {
  it("is started where none answers, says so in one sentence, and is used again", async () => {
    const codex = fakeCodex();
    const first = daemon(codex);
    await Effect.runPromise(first.ensure);
    expect(first.isOurs()).toBe(true);
    expect(said).toHaveLength(1);
    await Effect.runPromise(daemon(codex).ensure);
    expect(starts()).toBe("app-server --listen unix:// 0\n");
  });

  it("is ended, and nobody else is", async () => {
    await Effect.runPromise(daemon(fakeCodex()).ensure);
    const own = ownProcess(join(folder.path, "data"));
    expect(await Effect.runPromise(stopOwnAppServer(join(folder.path, "data")))).toBe(own?.pid);
    expect(ownProcess(join(folder.path, "data"))).toBeNull();
    expect(await Effect.runPromise(stopOwnAppServer(join(folder.path, "data")))).toBeNull();
  });

  it("is not taken for a stranger that has its number now", async () => {
    const data = join(folder.path, "data");
    remember(data, process.pid);
    const record = join(data, "app-server.json");
    expect(ownProcess(data)?.pid).toBe(process.pid);
    writeFileSync(record, readFileSync(record, "utf8").replace(/"startedAt":"[^"]*"/, '"startedAt":"1"'));
    expect(ownProcess(data)).toBeNull();
    expect(await Effect.runPromise(stopOwnAppServer(data))).toBeNull();
  });

  it("is not started where somebody else's answers", async () => {
    const theirs = createServer().listen(socketPath());
    await new Promise((resolve) => theirs.once("listening", resolve));
    const ours = daemon(fakeCodex());
    await Effect.runPromise(ours.ensure);
    expect([ours.isOurs(), said, existsSync(join(folder.path, "starts"))]).toEqual([false, [], false]);
    await new Promise((resolve) => theirs.close(resolve));
  });

  it("is missed with a sentence that says what to do, once", async () => {
    const without = daemon(join(folder.path, "no-such-codex"));
    await Effect.runPromise(Effect.timeoutOption(without.ensure, 500));
    await Effect.runPromise(Effect.timeoutOption(without.ensure, 500));
    expect(said).toEqual([expect.stringContaining("CLAW_CODEX")]);
  });
});

describe("finding codex", () => {
  it("believes CLAW_CODEX, then PATH, then what is installed beside us", () => {
    const codex = fakeCodex();
    expect(findCodex("/opt/codex", {})).toBe("/opt/codex");
    expect(findCodex(undefined, { PATH: `/nowhere:${folder.path}` })).toBe(codex);
    expect(findCodex(undefined, { PATH: "" })).toMatch(/\/codex$/);
    expect(findCodex("no-such-name", { PATH: "" })).toBeNull();
  });
});
