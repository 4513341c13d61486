/** The gateway over TLS: what it takes to speak it, and what it refuses. Certificates are made by `openssl` for the time of a test. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { EXIT } from "@claw/runtime";
import { Cause, Effect, Exit } from "effect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { startGateway } from "../src/index.ts";
import { fakePorts, makeFakeViews, tokenOf } from "./fake-house.ts";
import { running, tokenChange } from "./running.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const admin = tokenOf("admin");
let folder = "";
const file = (name: string): string => join(folder, name);

function makePair(name: string): void {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const names = ["-subj", "/CN=house", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"];
  const out = ["-keyout", file(`${name}.key`), "-out", file(`${name}.crt`)];
  const { status, stderr } = spawnSync("openssl", ["req", "-x509", ...key, ...out, ...names], {
    encoding: "utf8",
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(stderr);
}

const house = () => {
  const views = makeFakeViews();
  views.commit([tokenChange(admin.row)]);
  return fakePorts({ reader: views.reader }).ports;
};
const settings = (tlsCert: string | undefined, tlsKey: string | undefined) => ({
  host: "127.0.0.1",
  port: 0,
  publicUrl: undefined,
  productUrl: undefined,
  visibility: "fleet" as const,
  tlsCert,
  tlsKey,
});
const startWith = async (tlsCert: string | undefined, tlsKey: string | undefined) => {
  const exit = await Effect.runPromiseExit(
    Effect.scoped(startGateway({ ...house(), settings: settings(tlsCert, tlsKey) })),
  );
  return Exit.isFailure(exit) ? Cause.squash(exit.cause) : null;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "claw-tls-"));
  writeFileSync(file("no.pem"), "no certificate");
  if (!hasOpenssl) return;
  makePair("house");
  makePair("other");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("refused with a sentence, before anything listens", () => {
  test.each([
    ["a certificate without a key", "no.pem", undefined, "CLAW_TLS_CERT is set without CLAW_TLS_KEY"],
    ["a key without a certificate", undefined, "no.pem", "CLAW_TLS_KEY is set without CLAW_TLS_CERT"],
    ["files that are not there", "none.crt", "none.key", "CLAW_TLS_CERT cannot be read (ENOENT)"],
    ["files that are no PEM", "no.pem", "no.pem", "no certificate in PEM"],
  ])("%s", async (_what, cert, key, sentence) => {
    const at = (name: string | undefined) => (name === undefined ? undefined : file(name));
    const problem = await startWith(at(cert), at(key));
    expect(problem).toMatchObject({ _tag: "Stopped", exitCode: EXIT.usage });
    expect(problem).toHaveProperty("sentence", expect.stringContaining(sentence));
  });

  test.skipIf(!hasOpenssl)("a key that belongs to another certificate (needs openssl)", async () => {
    expect(await startWith(file("house.crt"), file("other.key"))).toMatchObject({ exitCode: EXIT.usage });
  });
});

describe.skipIf(!hasOpenssl)("with a certificate (needs openssl)", () => {
  const overTls = async () => {
    const gateway = await running(house(), { settings: settings(file("house.crt"), file("house.key")) });
    return { ...gateway, ca: readFileSync(file("house.crt")) };
  };
  const ask = (url: string, ca: Buffer, headers: Record<string, string> = {}): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      get(url, { ca, headers: { authorization: `Bearer ${admin.bearer}`, ...headers } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on("error", reject);
    });

  test("it speaks https, and says so in its url; plain HTTP gets no answer", async () => {
    const { url, ca, port, stop } = await overTls();
    expect(url).toBe(`https://127.0.0.1:${port}`);
    expect(await ask(`${url}/api/sessions`, ca)).toBe(200);
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow("fetch failed");
    await stop();
  });

  test("a client that does not know the certificate does not go on", async () => {
    const { url, stop } = await overTls();
    await expect(ask(`${url}/healthz`, readFileSync(file("other.crt")))).rejects.toThrow();
    await stop();
  });

  test("S12: its own pages come from https, others are foreign", async () => {
    const { url, ca, port, stop } = await overTls();
    expect(await ask(`${url}/api/sessions`, ca, { origin: url })).toBe(200);
    expect(await ask(`${url}/api/sessions`, ca, { origin: `http://127.0.0.1:${port}` })).toBe(403);
    await stop();
  });

  test("the live stream goes over wss", async () => {
    const { port, ca, stop } = await overTls();
    const headers = { authorization: `Bearer ${admin.bearer}` };
    const socket = new WebSocket(`wss://127.0.0.1:${port}/api/live`, ["claw.v1"], { ca, headers });
    const first = await new Promise<string>((resolve, reject) => {
      socket.once("message", (data) => resolve(String(data)));
      socket.once("error", reject);
    });
    expect(JSON.parse(first)).toMatchObject({ type: "caughtUp" });
    socket.terminate();
    await stop();
  });

  test("nothing older than TLS 1.2 is spoken", async () => {
    const { port, ca, stop } = await overTls();
    const version = (maxVersion: "TLSv1.1" | "TLSv1.2"): Promise<string | null> =>
      new Promise((resolve) => {
        const ciphers = "DEFAULT@SECLEVEL=0";
        const socket = connect({ host: "127.0.0.1", port, ca, minVersion: "TLSv1", maxVersion, ciphers });
        socket.once("secureConnect", () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.once("error", () => resolve(null));
      });
    expect(await version("TLSv1.2")).toBe("TLSv1.2");
    expect(await version("TLSv1.1")).toBeNull();
    await stop();
  });
});
