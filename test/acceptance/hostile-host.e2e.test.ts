/**
 * A hostile host: it has a valid token, and tries everything that one uplink can carry against another host (RELIABILITY S6–S9, S25). Nothing is
 * stored under another's name, nothing of the other host is missing, and each kind of attempt is on record.
 */
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Envelope, Json } from "@claw/events";
import { VERSION } from "@claw/runtime";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { type Connecting, startConnector } from "./support/connecting.ts";
import { readLedger, readOutbox } from "./support/evidence.ts";
import { type Fleet, type Machine, makeFleet, type Service } from "./support/fleet.ts";
import { startLoad } from "./support/load.ts";
import { runClaw } from "./support/process.ts";
import { progress } from "./support/progress.ts";
import {
  helloOf,
  newEpoch,
  observedBy,
  rawEvent,
  rawFact,
  rawFacts,
  rawUplink,
  type RawUplink,
} from "./support/raw-uplink.ts";
import { policyDecides } from "./support/policy.ts";
import { makeScene } from "./support/scene.ts";
import { createdToken, usesServicesKeys } from "./support/stolen-keys.ts";
import { until } from "./support/until.ts";

const VICTIM = "victim";
const MALLORY = "mallory";

test("S1-127 X1-012 a hostile host with a valid token: nothing under another's name, every kind of attempt on record", async () => {
  const scene = await makeScene();
  onTestFinished(scene.end);
  const fleet = await makeFleet();
  onTestFinished(fleet.end);
  const load = await startLoad(scene, 1, 3);
  await fleet.start();
  const [ingest] = fleet.ingests as readonly [Service];
  const [machine] = fleet.machines as readonly [Machine];
  const victim = await startConnector(fleet.asHouse(), VICTIM, {
    CLAW_ENDPOINTS: scene.endpoints,
    CLAW_URL: ingest.url,
    CLAW_HEARTBEAT_MS: "500",
  });
  onTestFinished(() => victim.claw().stop("SIGKILL"));
  const sessionId = load.threadIds[0] ?? "";
  await until(
    "the victim is seen",
    async () => (await machine.get<{ sessions: unknown[] }>("/api/sessions")).sessions.length === 1,
    30_000,
  );
  const token = await tokenOf(fleet, MALLORY);
  const victimsEpoch = readOutbox(victim.dataDir).epoch;

  await forgesFacts(ingest.url, token, sessionId);
  await usesTheVictimsName(ingest.url, token, victimsEpoch);
  await usesTheVictimsEpoch(ingest.url, token, victimsEpoch);
  await forksItself(ingest.url, token);
  await sendsMonsters(ingest.url, token, sessionId);
  await clonesItsOutbox(fleet, scene.endpoints, ingest.url);
  progress("every attempt was made");
  await usesServicesKeys(fleet, { hostId: VICTIM, dataDir: victim.dataDir });
  progress("the services' own keys were tried");
  await policyDecides(fleet);
  progress("policy still decides");

  await load.stop();
  await until("the victim's outbox is empty", () => readOutbox(victim.dataDir).waiting === 0, 30_000);
  nothingOfTheVictimIsMissing(machine, victim);
  nothingIsUnderAnothersName(machine, sessionId);
  await everyKindIsOnRecord(machine);
});

async function tokenOf(fleet: Fleet, hostId: string): Promise<string> {
  const house = fleet.asHouse();
  const added = await runClaw(["host", "add", hostId], house.env);
  const token = /printf %s (\S+) \|/.exec(added.stdout)?.[1];
  if (token === undefined) throw new Error(`claw host add: ${added.stderr}`);
  return token;
}

async function welcomed(url: string, token: string, epoch: string): Promise<RawUplink> {
  const uplink = await rawUplink(url, token);
  uplink.say(helloOf(MALLORY, epoch));
  await uplink.take("welcome");
  return uplink;
}

const acked = (uplink: RawUplink, seq: number) => uplink.take("ack", ({ through }) => through >= seq);
const hostLaneOf = (hostId: string) => `host/${hostId}`;
const became = () => rawEvent("session.became", { activity: { type: "active", flags: ["forged"] } });

/** S6: every field that names somebody is a claim. */
async function forgesFacts(url: string, token: string, sessionId: string): Promise<void> {
  const epoch = newEpoch();
  const uplink = await welcomed(url, token, epoch);
  const forged: readonly (readonly [string, readonly ReturnType<typeof rawEvent>[]])[] = [
    [hostLaneOf(VICTIM), [rawEvent("host.described", described())]],
    [`session/${sessionId}`, [became()]],
    [`session/${sessionId}`, [observedBy(VICTIM)]],
    ["session/forged-1", [observedBy(VICTIM)]],
    ["session/forged-2", [became()]],
    ["decided", [rawEvent("token.created", createdToken())]],
    [hostLaneOf(MALLORY), [rawEvent("host.silent", { lastHeardAt: Date.now(), silentAfterMs: 1_000 })]],
    [
      hostLaneOf(MALLORY),
      [rawEvent("host.added", { hostId: MALLORY, tokenId: "t", tokenDigest: "0".repeat(64), until: null })],
    ],
    [
      "fleet/log",
      [rawEvent("log.resumed", { generation: 9, position: 1, chain: "0".repeat(64), reason: "regressed" })],
    ],
    ["session/forged-3", [rawEvent("host.described", described())]],
    [hostLaneOf(MALLORY), [rawEvent("host.described", { hostname: 7 })]],
    [hostLaneOf(MALLORY), [{ ...rawEvent("host.described", described()), at: Date.now() + 86_400_000 * 30 }]],
  ];
  const facts = forged.map(([lane, events], n) => rawFact(n + 1, lane, events));
  const wrongDigest = {
    ...rawFact(facts.length + 1, hostLaneOf(MALLORY), [rawEvent("host.described", described())]),
    digest: "0".repeat(64),
  };
  const smuggled = {
    ...rawFact(facts.length + 2, hostLaneOf(MALLORY), [rawEvent("host.described", described())]),
    id: `host/${VICTIM}/${epoch}/1`,
    by: { kind: "policy" },
    messageId: `host/${VICTIM}/${epoch}/1`,
  };
  uplink.say(rawFacts(epoch, ...facts, wrongDigest, smuggled));
  await acked(uplink, facts.length + 2);
  await uplink.close();
}

const described = (): Json => ({
  hostname: "forged",
  platform: "linux",
  osRelease: "1",
  arch: "x64",
  cpus: 1,
  memoryBytes: 1,
  connectorVersion: VERSION,
  nodeVersion: "24",
});

async function usesTheVictimsName(url: string, token: string, epoch: string): Promise<void> {
  const uplink = await rawUplink(url, token);
  uplink.say(helloOf(VICTIM, epoch));
  expect((await uplink.take("refuse")).code).toBe("host_mismatch");
  await uplink.closed;
}

/** S8: the epoch is no secret of the protocol's safety. Under the same epoch and sequences, another host's facts are other entries. */
async function usesTheVictimsEpoch(url: string, token: string, epoch: string): Promise<void> {
  const uplink = await welcomed(url, token, epoch);
  const next = Array.from({ length: 1_000 }, (_, n) =>
    rawFact(n + 1, hostLaneOf(MALLORY), [rawEvent("host.described", described())]),
  );
  for (let from = 0; from < next.length; from += 200)
    uplink.say(rawFacts(epoch, ...next.slice(from, from + 200)));
  await acked(uplink, 1_000);
  await uplink.close();
}

/** S25: the same place, another content. */
async function forksItself(url: string, token: string): Promise<void> {
  const epoch = newEpoch();
  const first = await welcomed(url, token, epoch);
  first.say(
    rawFacts(
      epoch,
      rawFact(1, hostLaneOf(MALLORY), [
        rawEvent("epoch.started", { prevEpoch: null, lastSeq: 0, reason: "first" }),
      ]),
    ),
  );
  await acked(first, 1);
  first.say(
    rawFacts(
      epoch,
      rawFact(1, hostLaneOf(MALLORY), [
        rawEvent("epoch.started", { prevEpoch: null, lastSeq: 7, reason: "moved" }),
      ]),
    ),
  );
  first.say(rawFacts(epoch, rawFact(2, hostLaneOf(MALLORY), [rawEvent("host.described", described())])));
  await acked(first, 2);
  await first.close();
}

async function sendsMonsters(url: string, token: string, sessionId: string): Promise<void> {
  const epoch = newEpoch();
  const monsters: readonly (string | Buffer)[] = [
    randomBytes(64 * 1_048_576),
    `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
    '{"type":"facts","__proto__":{"isAdmin":true}}',
    Buffer.from([0xff, 0xfe, 0x00]),
  ];
  for (const monster of monsters) {
    const uplink = await welcomed(url, token, newEpoch());
    for (let n = 0; n < 70; n += 1) uplink.say(monster.length > 1_000_000 && n > 0 ? "x" : monster);
    await uplink.closed;
  }
  const uplink = await welcomed(url, token, epoch);
  uplink.say({ type: "delta", sessionId, turnId: "t", itemId: "i", text: "forged" });
  uplink.say(rawFacts(epoch, rawFact(5, hostLaneOf(MALLORY), [rawEvent("host.described", described())])));
  await uplink.take("watermark", ({ missing }) => missing.length > 0);
  await uplink.close();
}

/** S25 with the real connector: its outbox is copied to another machine, and both run. */
async function clonesItsOutbox(fleet: Fleet, endpoints: string, url: string): Promise<void> {
  const original = await startConnector(fleet.asHouse(), "twin", {
    CLAW_ENDPOINTS: endpoints,
    CLAW_URL: url,
    CLAW_HEARTBEAT_MS: "500",
  });
  onTestFinished(() => original.claw().stop("SIGKILL"));
  await until("the original has said something", () => readOutbox(original.dataDir).lastSeq > 3, 20_000);
  await original.claw().stop("SIGKILL");
  const clone = mkdtempSync(join(tmpdir(), "claw-clone-"));
  cpSync(original.dataDir, clone, { recursive: true });
  const before = readOutbox(clone);
  await original.restart();
  await until(
    "the original goes on, and the ledger holds it",
    () => {
      const { lastSeq, waiting } = readOutbox(original.dataDir);
      return lastSeq > before.lastSeq && waiting === 0;
    },
    20_000,
  );
  await original.claw().stop("SIGKILL");
  expect(readOutbox(clone).epoch).toBe(readOutbox(original.dataDir).epoch);
  const token = readFileSync(join(clone, "host-token"), "utf8");
  const uplink = await rawUplink(url, token);
  uplink.say(helloOf("twin", before.epoch, { nextSeq: before.lastSeq + 2 }));
  await uplink.take("welcome");
  uplink.say(
    rawFacts(
      before.epoch,
      rawFact(before.lastSeq + 1, "host/twin", [
        rawEvent("epoch.started", { prevEpoch: null, lastSeq: 0, reason: "restored" }),
      ]),
    ),
  );
  await acked(uplink, before.lastSeq + 1);
  await uplink.close();
}

function nothingOfTheVictimIsMissing({ dataDir }: Machine, victim: Connecting): void {
  const { epoch, lastSeq } = readOutbox(victim.dataDir);
  const held = readLedger(dataDir, VICTIM, epoch, "ledger.db");
  expect(held).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
}

const envelopesOf = ({ dataDir }: Machine): readonly Envelope[] => {
  const db = new Database(join(dataDir, "ledger.db"), { readonly: true });
  try {
    return db
      .prepare<[], { envelope: string }>("SELECT envelope FROM entries ORDER BY sequence")
      .all()
      .map(({ envelope }) => JSON.parse(envelope) as Envelope);
  } finally {
    db.close();
  }
};

function nothingIsUnderAnothersName(machine: Machine, sessionId: string): void {
  const all = envelopesOf(machine);
  const mallorys = all.filter(({ by }) => by.kind === "host" && by.hostId === MALLORY);
  expect(mallorys.length).toBeGreaterThan(1_000);
  for (const { id, lane } of mallorys) {
    expect(id.startsWith(`host/${MALLORY}/`)).toBe(true);
    expect(lane).toBe(hostLaneOf(MALLORY));
  }
  for (const { lane, by } of all)
    if (lane === `session/${sessionId}` || lane === hostLaneOf(VICTIM))
      expect(by.kind === "host" ? by.hostId : by.kind).toMatch(/^(victim|ingest)$/);
  const decided = all.filter(({ lane }) => lane === "decided");
  expect(decided.every(({ by }) => by.kind === "policy")).toBe(true);
  expect(JSON.stringify(decided)).not.toContain("forged");
}

const KINDS = [
  "foreign_lane",
  "foreign_session",
  "foreign_host",
  "unclaimed_session",
  "reserved_type",
  "wrong_lane",
  "wrong_shape",
  "wrong_digest",
  "from_the_future",
  "forked",
  "host_mismatch",
  "oversized_frame",
  "bad_frame",
  "foreign_delta",
] as const;

async function everyKindIsOnRecord(machine: Machine): Promise<void> {
  const seen = () =>
    new Set(
      envelopesOf(machine).flatMap(({ lane, events }) =>
        events
          .filter(({ type }) => type === "evidence.kept" && lane === hostLaneOf(MALLORY))
          .map(({ data }) => String(data["code"])),
      ),
    );
  await until("every kind is in the ledger", () => {
    const missing = KINDS.filter((kind) => !seen().has(kind));
    if (missing.length > 0) throw new Error(`not on record: ${missing.join(", ")}`);
    return true;
  });
  const all = envelopesOf(machine);
  const forks = all.flatMap(({ lane, events }) =>
    events.filter(({ type }) => type === "host.forked").map(() => lane),
  );
  expect(forks).toContain("host/twin");
  const quarantined = all.flatMap(({ events }) =>
    events.filter(({ type }) => type === "message.quarantined"),
  );
  // Some of the poisoned ids came late: the victim had used them by then, and the stream knew them.
  expect(quarantined.length).toBeGreaterThanOrEqual(100);
  const codes = new Set(quarantined.map(({ data }) => data["code"]));
  expect([...codes].sort()).toEqual(["not_json", "unsigned", "wrong_shape", "wrong_subject"]);
}
