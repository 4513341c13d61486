/** What stops a start is said in one sentence that names the way out. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeHouse } from "./support/house.ts";
import { runClaw } from "./support/process.ts";

const lines = (text: string) => text.trim().split("\n");

async function houseThatIsUp() {
  const house = await makeHouse();
  onTestFinished(house.remove);
  await house.start(["--no-connector"]);
  return house;
}

test("a port in use", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? String(address.port) : "";
  const house = await makeHouse({ CLAW_HTTP_PORT: port });
  onTestFinished(house.remove);
  const { code, stdout, stderr } = await runClaw(["up", "--no-connector"], house.env);
  expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
  expect(lines(stderr)).toEqual([expect.stringContaining("set CLAW_HTTP_PORT to another port")]);
});

test("a second house on the same data", async () => {
  const house = await houseThatIsUp();
  const { code, stderr } = await runClaw(["up", "--no-connector"], { ...house.env, CLAW_HTTP_PORT: "0" });
  expect(code).toBe(5);
  expect(lines(stderr)).toEqual([expect.stringMatching(/in use by process \d+.*claw down/)]);
});

test("a data directory that cannot be one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "claw-refused-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "plain");
  writeFileSync(file, "");
  chmodSync(file, 0o400);
  const { code, stderr } = await runClaw(["up"], {
    HOME: folder,
    CLAW_DATA_DIR: join(file, "data"),
    CLAW_HTTP_PORT: "0",
  });
  expect(code).toBe(1);
  expect(lines(stderr)).toEqual([expect.stringContaining("CLAW_DATA_DIR")]);
});

test("a setting that does not exist, and one with a bad value: all told at once", async () => {
  const env = {
    HOME: "/nonexistent",
    CLAW_HTTP_PROT: "1",
    CLAW_HTTP_PORT: "eighty",
    CLAW_DATA_DIR: tmpdir(),
  };
  const { code, stderr } = await runClaw(["up"], env);
  expect(code).toBe(2);
  expect(stderr).toContain("did you mean CLAW_HTTP_PORT?");
  expect(stderr).toContain("CLAW_HTTP_PORT: is not a whole number");
});

test("nobody there to ask", async () => {
  const { code, stdout, stderr } = await runClaw(["get", "sessions"], {
    CLAW_URL: "http://127.0.0.1:9",
    CLAW_TOKEN: `clw_api_t${"0".repeat(12)}_${"0".repeat(64)}`,
  });
  expect({ code, stdout }).toEqual({ code: 7, stdout: "" });
  expect(lines(stderr)).toHaveLength(1);
});

test("S1-116 N1-042 a token that is none", async () => {
  const house = await houseThatIsUp();
  const { code, stderr } = await runClaw(["get", "sessions"], {
    CLAW_URL: house.url,
    CLAW_TOKEN: `clw_api_t${"0".repeat(12)}_${"0".repeat(64)}`,
  });
  expect(code).toBe(4);
  expect(stderr).toMatch(/claw token create/);
});
