import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSite } from "../src/site/site.ts";
import { fakePorts, makeFakeViews } from "./fake-house.ts";
import { type Running, running } from "./running.ts";

const folder = mkdtempSync(join(tmpdir(), "claw-site-"));
let gateway: Running;
beforeAll(async () => {
  const site = join(folder, "site");
  mkdirSync(join(site, "assets"), { recursive: true });
  writeFileSync(join(folder, "secret.html"), "secret");
  writeFileSync(join(site, "index.html"), "<!doctype html><title>the page</title>");
  writeFileSync(join(site, "assets", "main-1a2b.js"), "export {};");
  writeFileSync(join(site, "notes.txt"), "not served");
  symlinkSync(join(folder, "secret.html"), join(site, "link.html"));
  gateway = await running(fakePorts({ reader: makeFakeViews().reader }).ports, { site });
});
afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true });
});

const get = (path: string) => fetch(`${gateway.url}${path}`);

describe("the dashboard's files", () => {
  test.each(["/", "/sign-in", "/sessions/0199?tab=log", "/index.html"])("%s is the page", async (path) => {
    const response = await get(path);
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("the page")]);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("content-security-policy")).toContain("require-trusted-types-for 'script'");
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  test("what is named by its content may be kept", async () => {
    const response = await get("/assets/main-1a2b.js");
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test.each([
    "/assets/none.js",
    "/notes.txt",
    "/link.html",
    "/api/none",
    "/auth/none",
    "/mcp/none",
    "/..%2fsecret.html",
  ])("%s is nothing", async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });

  test("a page is read, never written to", async () => {
    expect((await fetch(`${gateway.url}/sessions/s1`, { method: "POST" })).status).toBe(404);
  });
});

test("without a build there is a plain page", () => {
  expect(readSite(join(folder, "none"))).toBeNull();
});
