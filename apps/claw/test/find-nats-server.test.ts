import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT } from "@claw/runtime";
import { Effect } from "effect";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commandLine } from "../src/fleet/nats-server/command.ts";
import { findServer, type Where } from "../src/fleet/nats-server/find.ts";
import { isOld, readVersion } from "../src/fleet/nats-server/version.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "claw-find-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A program that answers `-v` as nats-server does. */
function program(folder: string, version: string): string {
  const file = join(root, folder, "nats-server");
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho "nats-server: ${version}"\n`);
  chmodSync(file, 0o755);
  return file;
}

const find = (where: Partial<Where>) =>
  Effect.runPromiseExit(
    findServer({ named: undefined, path: "", allowsOld: false, packaged: null, ...where }),
  );
const refusal = async (where: Partial<Where>) =>
  Effect.runPromise(
    Effect.flip(findServer({ named: undefined, path: "", allowsOld: false, packaged: null, ...where })),
  );

test("a server that somebody named is taken before all others", async () => {
  const [named, other] = [program("named", "v2.11.0"), program("path", "v2.14.3")];
  expect(await find({ named, path: join(other, "..") })).toMatchObject({
    value: { binary: named, origin: "CLAW_NATS_SERVER", version: [2, 11, 0] },
  });
});

test("a named server that is too old is refused, unless that is wanted; then it is said what it costs", async () => {
  const named = program("named", "v2.9.10");
  const stopped = await refusal({ named });
  expect([stopped.exitCode, stopped.sentence]).toEqual([EXIT.usage, expect.stringContaining("2.9.10")]);
  expect(await find({ named, allowsOld: true })).toMatchObject({
    value: { version: [2, 9, 10], notes: [expect.stringContaining("power cut")] },
  });
});

test("an old server on the PATH is passed over, and that is said", async () => {
  const old = program("path", "v2.9.10");
  const stopped = await refusal({ path: join(old, "..") });
  expect(stopped.sentence).toContain("is passed over");
  expect(
    await find({ path: join(old, "..", "..", "nowhere") + ":" + join(program("new", "v2.10.0"), "..") }),
  ).toMatchObject({
    value: { origin: "PATH", version: [2, 10, 0], notes: [] },
  });
});

test("a folder that is not absolute is no place for a server, whatever the PATH says", async () => {
  program("path", "v2.14.3");
  expect((await find({ path: ":.:path" }))._tag).toBe("Failure");
});

test("the packaged server is run only if it is the very program that was looked at", async () => {
  const packaged = program("packaged", "v2.14.0");
  expect((await refusal({ packaged })).sentence).toContain("SHA-256");
});

test("the server that came with npm ci is the one that this version was tested with", async () => {
  const found = await Effect.runPromise(findServer({ named: undefined, path: "", allowsOld: false })).catch(
    () => null,
  );
  if (process.platform !== "linux" || process.arch !== "x64") return;
  expect(found).toMatchObject({ origin: "npm", version: [2, 14, 0], notes: [] });
});

test("versions are read from what a server says, and nothing else passes for one", () => {
  expect(readVersion("nats-server: v2.14.0")).toEqual([2, 14, 0]);
  expect(readVersion("nats-server: v2.12.0-RC.1")).toEqual([2, 12, 0]);
  expect(readVersion("no such option -v")).toBeNull();
  expect([isOld([2, 9, 25]), isOld([2, 10, 0]), isOld([3, 0, 0])]).toEqual([true, false, false]);
});

test("where the kernel cannot end a child with its parent, a watcher does", () => {
  expect(commandLine("/bin/nats-server", "/c", "/usr/bin/setpriv")).toEqual({
    program: "/usr/bin/setpriv",
    args: ["--pdeathsig", "KILL", "/bin/nats-server", "-c", "/c"],
    isWatched: false,
  });
  expect(commandLine("/bin/nats-server", "/c", null)).toMatchObject({
    program: process.execPath,
    isWatched: true,
  });
});
