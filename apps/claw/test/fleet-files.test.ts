/** What a fleet keeps on disk and in the repository: keys, configuration, units. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Effect } from "effect";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { accountsConf, placeholderKeys } from "../src/fleet/accounts-conf.ts";
import { ACCOUNTS, SERVICES } from "../src/fleet/accounts.ts";
import { refuseFleetFolder, refuseHouseFolder } from "../src/fleet/folder.ts";
import { infraFiles } from "../src/fleet/infra-files.ts";
import { keyFileOf, makeMissingKeys, publicKeys } from "../src/fleet/keys/key-files.ts";
import { shareOf } from "../src/fleet/run/share.ts";
import { serverConf } from "../src/fleet/server-conf.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");
let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "claw-fleet-"));
});
afterEach(() => rmSync(root, { recursive: true }));

test("the files of infra/nats are what the code generates", () => {
  for (const [path, text] of Object.entries(infraFiles()))
    expect(readFileSync(join(REPOSITORY, path), "utf8"), path).toBe(text);
});

test("S27: keys are made once, for their owner only, and a configuration has only public ones", async () => {
  const keys = join(root, "keys");
  expect(makeMissingKeys(keys)).toEqual(SERVICES);
  const seeds = SERVICES.map((service) => readFileSync(keyFileOf(keys, service), "utf8"));
  rmSync(keyFileOf(keys, "gateway"));
  expect(makeMissingKeys(keys)).toEqual(["gateway"]);
  const conf = accountsConf(await Effect.runPromise(publicKeys(keys)));
  for (const [n, service] of SERVICES.entries()) {
    const seed = readFileSync(keyFileOf(keys, service), "utf8");
    expect(seed === seeds[n]).toBe(service !== "gateway");
    expect(statSync(keyFileOf(keys, service)).mode & 0o777).toBe(0o600);
    expect(conf).not.toContain(seed.trim());
  }
  expect(conf.match(/nkey: "U[A-Z2-7]{55}"/g)).toHaveLength(SERVICES.length);
});

test("a key file that holds something else is refused by name, and what it holds is not shown", async () => {
  makeMissingKeys(root);
  writeFileSync(keyFileOf(root, "policy"), "not a seed at all");
  const stopped = await Effect.runPromise(Effect.flip(publicKeys(root)));
  expect(stopped.sentence).toContain("policy.nk");
  expect(stopped.sentence).not.toContain("not a seed");
});

test("S26: a server of ours listens for clients only, on loopback, and syncs what it acknowledges", () => {
  const conf = serverConf({
    name: "claw",
    listen: "127.0.0.1:4222",
    storeDir: "/s",
    accountsFile: "./accounts.conf",
    syncsAlways: true,
  });
  expect(conf).toContain("sync_interval: always");
  expect(conf).not.toMatch(/websocket|leafnodes|mqtt|http|gateway|cluster/);
});

/** The bucket of archives is no part of the log, and its objects come to an end (X1-037). */
const OF_ARCHIVES = [
  "$O.claw_archives.C.*",
  "$O.claw_archives.M.*",
  "$JS.API.STREAM.PURGE.OBJ_claw_archives",
];

test("nobody is granted everything, the inbox of others, or what takes entries out of a stream; the projector keeps archives", () => {
  for (const service of SERVICES)
    for (const subject of [...ACCOUNTS[service].publish, ...ACCOUNTS[service].subscribe])
      if (service !== "projector" || !OF_ARCHIVES.includes(subject))
        expect(subject).not.toMatch(
          /^(>|\$JS\.API\.>|\$SYS\.>|_INBOX\.>)$|PURGE|MSG\.DELETE|\$KV|\$O|\$JS\.ACK/,
        );
  expect(accountsConf(placeholderKeys())).not.toContain("password");
});

test("a log on one machine and a fleet never share a folder", async () => {
  const refused = (effect: Effect.Effect<void, { readonly exitCode: number }>) =>
    Effect.runPromise(Effect.map(Effect.flip(effect), ({ exitCode }) => exitCode));
  await Effect.runPromise(Effect.andThen(refuseHouseFolder(root), refuseFleetFolder(root)));
  writeFileSync(join(root, "log.db"), "");
  expect(await refused(refuseHouseFolder(root))).toBe(5);
  rmSync(join(root, "log.db"));
  for (const mark of ["ledger.db", "nats", "keys"]) {
    writeFileSync(join(root, mark), "");
    expect(await refused(refuseFleetFolder(root))).toBe(5);
    rmSync(join(root, mark));
  }
});

test("health asks for a trim at 70 % of max_bytes and is not well at 90 %", () => {
  const at = (bytes: number) => shareOf({ bytes, maxBytes: 1_000 }).state;
  expect([at(0), at(699), at(700), at(899), at(900), at(1_000)]).toEqual([
    "roomy",
    "roomy",
    "filling",
    "filling",
    "full",
    "full",
  ]);
  expect(shareOf({ bytes: 1e12, maxBytes: null }).state).toBe("roomy");
});

describe("infra", () => {
  const folder = join(REPOSITORY, "infra/systemd");
  const units = [
    ...readdirSync(folder).filter((name) => name.endsWith(".service")),
    ...readdirSync(join(folder, "user")).map((name) => join("user", name)),
  ];

  test("there is a unit for the server, each service and the connector", () => {
    expect(units.map((name) => name.replace(/^(user\/)?claw-|\.service$/g, "")).sort()).toEqual(
      ["connector", "gateway", "ingest", "nats", "policy", "projector"].sort(),
    );
  });

  test.for(units)("%s starts again for ever, is bounded and may do little", (name) => {
    const lines = readFileSync(join(folder, name), "utf8").split("\n");
    const has = (line: string) => lines.includes(line);
    expect(lines.every((line) => /^(#.*|\[\w+\]|[A-Za-z]+=.*|)$/.test(line))).toBe(true);
    for (const line of ["Restart=always", "NoNewPrivileges=yes", "UMask=0077", "StartLimitIntervalSec=0"])
      expect(has(line), line).toBe(true);
    expect(lines.some((line) => /^MemoryMax=\d+[GM]$/.test(line))).toBe(true);
    if (name.startsWith("user/")) return;
    for (const line of [
      "ProtectSystem=strict",
      "PrivateTmp=yes",
      "CapabilityBoundingSet=",
      "ProtectHome=yes",
    ])
      expect(has(line), line).toBe(true);
    expect(lines.find((line) => line.startsWith("Documentation="))).toBeDefined();
  });

  test("a unit's documentation exists", () => {
    for (const name of units) {
      const page = /^Documentation=file:\S*?\/(docs\/\S+)$/m.exec(
        readFileSync(join(folder, name), "utf8"),
      )?.[1];
      expect(page !== undefined && existsSync(join(REPOSITORY, page)), name).toBe(true);
    }
  });

  test("containers get no capability, no writable root and their own key only; nothing listens beyond loopback", () => {
    interface Service {
      readonly cap_drop: string[];
      readonly read_only: boolean;
      readonly mem_limit: string;
      readonly ports?: string[];
      readonly secrets?: (string | { readonly source: string })[];
    }
    const { services } = parse(readFileSync(join(REPOSITORY, "infra/compose.yaml"), "utf8"), {
      merge: true,
    }) as {
      services: Record<string, Service>;
    };
    expect(Object.keys(services).sort()).toEqual(["gateway", "ingest", "nats", "policy", "projector"]);
    for (const [name, service] of Object.entries(services)) {
      expect([service.cap_drop, service.read_only]).toEqual([["ALL"], true]);
      expect(service.mem_limit).toMatch(/^\dg$/);
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
      const keys = (service.secrets ?? []).map((secret) =>
        typeof secret === "string" ? secret : secret.source,
      );
      const own =
        name === "nats"
          ? []
          : name === "projector"
            ? ["projector.nk", "policy.pub", "keeper.nk", "watcher.nk"]
            : name === "gateway"
              ? ["gateway.nk"]
              : [`${name}.nk`, "policy.pub"];
      expect(keys).toEqual(own);
    }
  });
});
