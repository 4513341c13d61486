/** The commands that look after a fleet's hosts, log and ledgers, against a server that notes what it is asked. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, sha256 } from "@claw/events";
import { newBearer } from "@claw/runtime";
import { afterEach, expect, test } from "vitest";
import { rotateCommand } from "../src/commands/host-care.ts";
import { writePidFile } from "../src/house/pid-file.ts";
import { claw, startStub, type Stub } from "./stub-house.ts";

const CLAW_TOKEN = newBearer("api").bearer;
let stub: Stub | null = null;
afterEach(async () => {
  await stub?.close();
  stub = null;
});

/** Runs a command and gives what it asked policy for, read as policy reads it. */
async function asked(...argv: string[]) {
  const accepted = { body: { commandId: "c", decision: "accepted", position: 9 } };
  const started = await startStub((url) => (url === "/api/commands" ? accepted : undefined));
  stub = started;
  const ran = await claw(argv, { CLAW_URL: started.url, CLAW_TOKEN });
  const commands = started.calls.map(({ body }) => Command.parse(JSON.parse(body)));
  await started.close();
  return { ran, commands };
}

test("cordon, uncordon and drain ask for the placement that they name", async () => {
  const cordon = await asked("host", "cordon", "h1", "--reason", "noisy");
  expect(cordon.commands).toMatchObject([
    { type: "host.cordon", hostId: "h1", placement: "cordoned", reason: "noisy" },
  ]);
  const uncordon = await asked("host", "uncordon", "h1");
  expect(uncordon.commands).toMatchObject([{ type: "host.cordon", placement: "open" }]);
  const drain = await asked("host", "drain", "h1");
  expect(drain.commands).toMatchObject([{ type: "host.drain", hostId: "h1" }]);
  expect([cordon, uncordon, drain].map(({ ran }) => ran.exitCode)).toEqual([0, 0, 0]);
});

test("S27: rotate sends only the new token's digest, and shows the token once, in the command for the host", async () => {
  const { ran, commands } = await asked("host", "rotate", "h1", "--grace", "5");
  const bearer = /printf '%s\\n' (\S+) /.exec(ran.out)?.[1] ?? "";
  expect(commands).toMatchObject([
    { type: "host.rotate", hostId: "h1", tokenDigest: sha256(bearer), graceMs: 300_000, until: null },
  ]);
  expect(ran.err).not.toContain(bearer);
});

test("S27: the command for the host puts the new token in the old one's place, for its owner only", () => {
  const folder = mkdtempSync(join(tmpdir(), "claw-rotate-"));
  try {
    const file = join(folder, "host token");
    writeFileSync(file, "old\n", { mode: 0o644 });
    const { bearer } = newBearer("host");
    execFileSync("sh", ["-c", rotateCommand(bearer)], {
      env: { PATH: "/usr/bin:/bin", CLAW_TOKEN_FILE: file },
    });
    expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual([`${bearer}\n`, 0o600]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("trim and promote ask for exactly that; a position or an id that is none is a usage error and asks for nothing", async () => {
  expect((await asked("log", "trim", "--before", "40", "--reason", "full")).commands).toMatchObject([
    { type: "log.trim", before: 40, reason: "full" },
  ]);
  expect((await asked("ledger", "promote", "ldg-1")).commands).toMatchObject([
    { type: "ledger.promote", ledgerId: "ldg-1", reason: "promoted by hand" },
  ]);
  for (const argv of [
    ["log", "trim", "--before", "0"],
    ["log", "trim"],
    ["ledger", "promote", "A.*"],
  ]) {
    const { ran, commands } = await asked(...argv);
    expect([ran.exitCode, commands]).toEqual([2, []]);
  }
});

test("in a fleet, the command for a new host names the uplink's address, not the API's", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "claw-join-"));
  try {
    stub = await startStub(() => ({ body: { commandId: "c", decision: "accepted", position: 9 } }));
    writeFileSync(join(dataDir, "admin-token"), CLAW_TOKEN);
    writePidFile(dataDir, stub.url, "http://127.0.0.1:7421");
    const added = await claw(["host", "add", "h1"], { CLAW_DATA_DIR: dataDir });
    expect(added.out).toContain("--url 'http://127.0.0.1:7421/'");
    const elsewhere = await claw(["host", "add", "h1"], {
      CLAW_DATA_DIR: dataDir,
      CLAW_TOKEN,
      CLAW_URL: `${stub.url}/prefix`,
    });
    expect(elsewhere.out).toContain(`--url '${stub.url}/prefix'`);
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});

test("ledgers are listed with their position and the beginning of their chain", async () => {
  const chain = "ab".repeat(32);
  const row = { ledgerId: "ldg-1", role: "record", position: 7, generation: 2, lag: 0, chain };
  stub = await startStub((url) =>
    url === "/api/ledgers" ? { body: { ledgers: [row], nextCursor: null, position: 7 } } : undefined,
  );
  const env = { CLAW_URL: stub.url, CLAW_TOKEN };
  expect((await claw(["ledger", "ls", "-o", "name"], env)).out).toBe("ldg-1\n");
  const table = (await claw(["ledger", "ls"], env)).out;
  expect(table).toContain("abababababababab");
  expect(table).not.toContain(chain);
});
