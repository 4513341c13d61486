/** Where sessions may be spawned: under a root of the operator's choice, by the real path, whatever links say (S1-105). */
import { mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "@claw/runtime";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectorSettings } from "@claw/connector";
import { checkWorkspace, isUnder, missingRoots, realRoots } from "../src/surroundings/workspaces.ts";
import { type Folder, makeFolder } from "./support.ts";

let folder: Folder;
let root: string;
let outside: string;
beforeEach(() => {
  folder = makeFolder();
  [root, outside] = [join(realpathSync(folder.path), "root"), join(realpathSync(folder.path), "outside")] as [
    string,
    string,
  ];
  mkdirSync(join(root, "project"), { recursive: true });
  mkdirSync(join(outside, "secret"), { recursive: true });
});
afterEach(() => folder.remove());

const check = (path: string, roots: readonly string[] = [root]) => checkWorkspace(path, roots);
const refused = (problem: string) => ({ ok: false, problem });

it("S1-105 a root that is no folder is told of by the name that the operator gave it", async () => {
  const file = join(root, "file");
  writeFileSync(file, "");
  expect(await missingRoots([root, join(root, "gone"), file])).toEqual([join(root, "gone"), file]);
});

describe("a workspace", () => {
  it("S1-105 is taken by its real path, also through a link and dots", async () => {
    symlinkSync(join(root, "project"), join(root, "link"));
    for (const way of ["project", "link", "project/../project", "."])
      expect(await check(join(root, way))).toMatchObject({ ok: true });
    expect(await check(join(root, "link"))).toEqual({ ok: true, value: join(root, "project") });
  });

  it("a link that leads out is not allowed, and neither is a way around, or a neighbour whose name begins alike", async () => {
    symlinkSync(outside, join(root, "out"));
    mkdirSync(`${root}-too`);
    for (const way of [
      join(root, "out"),
      join(root, "out", "secret"),
      `${root}/../outside`,
      `${root}-too`,
      "/",
    ])
      expect(await check(way)).toEqual(refused("workspace_not_allowed"));
  });

  it("what is outside is refused alike, whether it is there or not; what is missing inside is said to be", async () => {
    expect(await check(join(outside, "secret"))).toEqual(refused("workspace_not_allowed"));
    expect(await check(join(outside, "nothing"))).toEqual(refused("workspace_not_allowed"));
    expect(await check(join(root, "nothing"))).toEqual(refused("workspace_missing"));
    writeFileSync(join(root, "file"), "");
    expect(await check(join(root, "file"))).toEqual(refused("workspace_missing"));
  });

  it("a root may be a link; one that is gone opens nothing; none opens nothing", async () => {
    symlinkSync(root, join(folder.path, "alias"));
    expect(await check(join(root, "project"), [join(folder.path, "alias")])).toMatchObject({ ok: true });
    rmSync(join(folder.path, "alias"));
    expect(await check(join(root, "project"), [join(folder.path, "alias")])).toEqual(
      refused("workspace_not_allowed"),
    );
    expect(await check(join(root, "project"), [])).toEqual(refused("workspace_not_allowed"));
    expect(await realRoots([root, root, join(folder.path, "gone")])).toEqual([root]);
  });

  it("lies under a root if it begins with all of the root's parts", () => {
    const part = fc.stringMatching(/^[a-z.]{1,4}$/).filter((name) => name !== "." && name !== "..");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), fc.array(part, { maxLength: 4 }), (one, other) => {
        const isPrefix = other.every((name, index) => one[index] === name);
        expect(isUnder(`/${other.join("/")}`, `/${one.join("/")}`)).toBe(isPrefix);
      }),
    );
  });
});

it("CLAW_WORKSPACE_ROOTS: absolute paths, at most sixteen, none by default", () => {
  const read = (CLAW_WORKSPACE_ROOTS?: string) => readConfig(connectorSettings, { CLAW_WORKSPACE_ROOTS });
  expect(read()).toMatchObject({ ok: true, config: { workspaceRoots: [] } });
  expect(read("/srv:/home/ada/work")).toMatchObject({
    ok: true,
    config: { workspaceRoots: ["/srv", "/home/ada/work"] },
  });
  expect(read("srv").ok).toBe(false);
  expect(read(Array.from({ length: 17 }, () => "/a").join(":")).ok).toBe(false);
});
