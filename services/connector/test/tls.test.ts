/** The uplink over TLS: whom it trusts, and what it says of those whom it does not (S1-113). */
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Health, makeHealth } from "@claw/runtime";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { readTrust } from "../src/uplink/trust.ts";
import { hasOpenssl, type Identity, selfSigned, signed } from "./certificates.ts";
import { type Folder, makeFolder } from "./support.ts";
import { run, type Running } from "./watching.ts";

let folder: Folder;
let server: Server | null = null;
let running: Running | null = null;
let greeted: string[];

beforeEach(() => {
  folder = makeFolder();
  greeted = [];
  writeFileSync(join(folder.path, "token"), `clw_host_${"t".padEnd(13, "0")}_${"ab".repeat(32)}`);
});
afterEach(async () => {
  await running?.stop();
  running = null;
  await new Promise<void>((resolve) => {
    server?.closeAllConnections();
    if (server === null) resolve();
    else server.close(() => resolve());
  });
  server = null;
  folder.remove();
});

/** A house that keeps the first word of whoever it can talk to. */
async function serve({ cert, key }: Identity): Promise<string> {
  const made = createServer({ cert, key });
  server = made;
  const sockets = new WebSocketServer({ server: made });
  sockets.on("connection", (socket) => socket.on("message", (data: Buffer) => greeted.push(data.toString())));
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return `https://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

const DEADLINE_MS = 45_000;
async function until(fits: () => boolean): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; !fits();) {
    if (Date.now() > deadline) throw new Error("it did not come");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function connect(url: string, caFile?: string): Promise<Health> {
  const health = makeHealth();
  running = await run(folder, [], { url, health, ...(caFile === undefined ? {} : { caFile }) });
  return health;
}
const standing = (health: Health): string => health.parts()["uplink"]?.detail ?? "";

describe.skipIf(!hasOpenssl)("the uplink over TLS (cure for a skip: install openssl)", () => {
  it("trusts a CA that it was given", async () => {
    const { ca, server: house } = signed(folder.path);
    await connect(await serve(house), ca.certFile);
    await until(() => greeted.length > 0);
    expect(greeted[0]).toContain('"hello"');
  });

  it("trusts a pinned certificate, its own signer or not", async () => {
    const own = selfSigned(folder.path, "own");
    await connect(await serve(own), own.certFile);
    await until(() => greeted.length > 0);
    await running?.stop();
    server?.closeAllConnections();
    server?.close();
    greeted = [];
    const { server: house } = signed(folder.path);
    await connect(await serve(house), house.certFile);
    await until(() => greeted.length > 0);
  });

  it.each([
    [
      "nobody it knows signed it",
      (at: string) => [selfSigned(at, "own"), undefined],
      "nobody whom this host trusts",
    ],
    [
      "another one is pinned",
      (at: string) => [selfSigned(at, "own"), selfSigned(at, "other").certFile],
      "nobody whom this host trusts",
    ],
    [
      "it is for another name",
      (at: string) => {
        const own = selfSigned(at, "own", "DNS:house.invalid");
        return [own, own.certFile];
      },
      "another name",
    ],
    [
      "it has expired",
      (at: string) => {
        const { ca, server: house } = signed(at, -1);
        return [house, ca.certFile];
      },
      "expired",
    ],
  ] as const)("tells in one sentence, and never falls back, when %s", async (_what, given, sentence) => {
    const [house, caFile] = given(folder.path) as unknown as readonly [Identity, string | undefined];
    const health = await connect(await serve(house), caFile);
    await until(() => standing(health).includes(sentence));
    expect(standing(health)).toContain("The supervisor's certificate is not trusted: ");
    expect(health.isReady()).toBe(false);
    expect(greeted).toEqual([]);
  });

  it("does not call at all with a file of certificates that cannot be read", async () => {
    const url = await serve(selfSigned(folder.path, "own"));
    const health = await connect(url, join(folder.path, "nowhere"));
    await until(() => standing(health).includes("cannot be read"));
    expect(greeted).toEqual([]);
  });

  it("takes certificates only", () => {
    const own = selfSigned(folder.path, "own");
    const broken = join(folder.path, "broken");
    writeFileSync(broken, `${own.cert.slice(0, 100)}\n-----END CERTIFICATE-----\n`);
    expect(readTrust(own.certFile).ok).toBe(true);
    expect(readTrust(broken)).toMatchObject({ ok: false, problem: expect.stringContaining("PEM") });
    expect(readTrust(join(folder.path, "own.key"))).toMatchObject({ ok: false });
    expect(readTrust(folder.path)).toMatchObject({ ok: false, problem: expect.stringContaining("read") });
  });
});
