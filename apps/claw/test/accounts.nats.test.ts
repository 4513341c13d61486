/**
 * The fleet's accounts, tried on a real server: for each service and each thing that can be done, it works or the server refuses it. Who may what is
 * written out here by hand, a second time, so that a grant that slips into the table turns this red.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PATIENT, type NatsServer, startNatsServer } from "@claw/testkit/nats";
import { connectNats, makeSeed, type NatsLink, publicKeyOf } from "@claw/eventlog";
import { Effect, Exit, Scope } from "effect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accountsConf, type PublicKeys } from "../src/fleet/accounts-conf.ts";
import { type Service, SERVICES } from "../src/fleet/accounts.ts";

const STREAM = "CLAW_LOG_1";
const scope = Effect.runSync(Scope.make());
const links = new Map<Service, NatsLink>();
const errorsOf = new Map<Service, string[]>();
let server: NatsServer | null = null;

beforeAll(async () => {
  const seeds = new Map(SERVICES.map((service) => [service, makeSeed()]));
  const keys = Object.fromEntries([...seeds].map(([service, seed]) => [service, publicKeyOf(seed) ?? ""]));
  server = await startNatsServer({ config: accountsConf(keys as PublicKeys) });
  for (const [name, seed] of seeds) {
    const link = await Effect.runPromise(Scope.provide(connectNats({ url: server.url, name, seed }), scope));
    links.set(name, link);
    errorsOf.set(name, []);
    void hear(name, link);
  }
  await api("STREAM.CREATE", {
    name: STREAM,
    subjects: ["log.>"],
    allow_direct: true,
    deny_delete: true,
    deny_purge: true,
  });
  await api("STREAM.CREATE", { name: "CLAW_PULSE", subjects: ["pulse.>"], allow_direct: true });
  await api("STREAM.CREATE", { name: "CLAW_RECEIPT", subjects: ["receipt.*"], allow_direct: true });
});
afterAll(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void));
  await server?.remove();
});

const linkOf = (service: Service): NatsLink => {
  const link = links.get(service);
  if (link === undefined) throw new Error(`no link of ${service}`);
  return link;
};

async function hear(service: Service, { connection }: NatsLink): Promise<void> {
  for await (const status of connection.status())
    if (status.type === "error") errorsOf.get(service)?.push(status.error.message);
}

async function api(verb: string, config: { readonly name: string; readonly [key: string]: unknown }) {
  const { connection } = linkOf("keeper");
  const answer = await connection.request(
    `$JS.API.${verb}.${config.name}`,
    verb === "STREAM.INFO" ? "" : JSON.stringify({ storage: "file", ...config }),
    PATIENT,
  );
  const { error, state } = answer.json<{ error?: object; state?: { messages: number } }>();
  expect(error).toBeUndefined();
  return state;
}

const messages = async (): Promise<number> => (await api("STREAM.INFO", { name: STREAM }))?.messages ?? -1;

/** What the server refuses while something is done: its -ERR comes before the PONG of the flush. */
async function refusals(service: Service, act: (link: NatsLink) => void): Promise<readonly string[]> {
  const seen = errorsOf.get(service) ?? [];
  seen.length = 0;
  const link = linkOf(service);
  act(link);
  await link.connection.flush();
  await new Promise((resolve) => setImmediate(resolve));
  return [...seen];
}

const publishing = (service: Service, subject: string): Promise<readonly string[]> =>
  refusals(service, ({ connection, inboxPrefix }) =>
    connection.publish(subject, "{}", { reply: `${inboxPrefix}.test` }),
  );

async function subscribing(service: Service, subject: string): Promise<readonly string[]> {
  const heard: string[] = [];
  const seen = await refusals(service, ({ connection }) => {
    const subscription = connection.subscribe(subject, {
      callback: (error) => void (error !== null && heard.push(error.message)),
    });
    void connection.flush().then(() => subscription.unsubscribe());
  });
  return [...seen, ...heard];
}

type Cell = readonly [subject: string, allowed: readonly Service[]];
const READERS: readonly Service[] = ["ingest", "policy", "projector", "keeper"];

const PUBLISH: readonly Cell[] = [
  ["log.12.session.s1", ["ingest", "keeper"]],
  ["log.12.host.h1", ["ingest", "keeper"]],
  ["log.decided", ["policy", "keeper"]],
  ["log.12.fleet.log", ["keeper"]],
  ["log.12.group.g1", ["keeper"]],
  ["log.a.b.c.d", ["keeper"]],
  ["retired.1.decided", []],
  ["pulse.12.host.h1", ["ingest"]],
  ["pulse.12.session.s1", ["ingest"]],
  ["pulse.12.fleet.policy", ["policy", "projector"]],
  ["pulse.12.fleet.lost-tail", ["policy", "projector"]],
  ["uplink.h1", ["ingest"]],
  ["receipt.h1", ["projector"]],
  ["feed.l1", ["projector"]],
  ["claw.default.12.session.s1", ["projector"]],
  ["gate.submit", ["gateway"]],
  ["gate.claim", ["projector"]],
  ["$O.claw_archives.C.x", ["projector"]],
  ["$O.claw_archives.M.x", ["projector"]],
  ["$O.claw_archives.C.x.y", []],
  ["$O.claw_archives.X.x", []],
  ["$O.claw_archives", []],
  ["$O.another.M.x", []],
  ["$JS.API.STREAM.PURGE.OBJ_claw_archives", ["projector"]],
  ["$JS.API.STREAM.PURGE.OBJ_another", []],
  ["$JS.API.STREAM.PURGE.CLAW_RECEIPT", []],
  ["$JS.API.STREAM.CREATE.OBJ_claw_archives", ["keeper"]],
  ["$JS.API.STREAM.UPDATE.OBJ_claw_archives", ["keeper"]],
  ["$JS.API.STREAM.DELETE.OBJ_nothing", ["keeper"]],
  ["$JS.API.STREAM.MSG.DELETE.OBJ_claw_archives", []],
  ["$JS.API.STREAM.SNAPSHOT.OBJ_claw_archives", []],
  ["$JS.API.DIRECT.GET.OBJ_claw_archives.$O.claw_archives.M.x", []],
  ["$JS.API.STREAM.MSG.GET.OBJ_claw_archives", [...READERS, "gateway"]],
  ["$JS.API.STREAM.INFO.OBJ_claw_archives", READERS],
  ["page.h1", ["gateway"]],
  ["ledger.read", ["ingest", "policy", "projector", "gateway"]],
  ["ledger.receipt", ["ingest", "projector"]],
  ["_INBOX_ingest.x", ["projector"]],
  ["_INBOX_policy.x", ["projector"]],
  ["_INBOX_projector.x", ["policy", "projector"]],
  ["_INBOX_keeper.x", []],
  ["_INBOX_gateway.x", ["ingest", "policy", "projector"]],
  [`$JS.API.STREAM.CREATE.OTHER`, ["keeper"]],
  [`$JS.API.STREAM.UPDATE.${STREAM}`, ["keeper"]],
  [`$JS.API.STREAM.DELETE.OTHER`, ["keeper"]],
  [`$JS.API.STREAM.PURGE.${STREAM}`, []],
  [`$JS.API.STREAM.MSG.DELETE.${STREAM}`, []],
  [`$JS.API.STREAM.SNAPSHOT.${STREAM}`, []],
  ["$JS.API.STREAM.RESTORE.OTHER", []],
  [`$JS.API.STREAM.LEADER.STEPDOWN.${STREAM}`, []],
  [`$JS.API.STREAM.PEER.REMOVE.${STREAM}`, []],
  [`$JS.API.CONSUMER.DURABLE.CREATE.${STREAM}.c`, []],
  ["$JS.API.ACCOUNT.PURGE.CLAW", []],
  [`$JS.ACK.${STREAM}.c.1.1.1.1.1`, []],
  ["$KV.ANY.key", []],
  [`$JS.API.STREAM.MSG.GET.${STREAM}`, READERS],
  [`$JS.API.STREAM.INFO.${STREAM}`, READERS],
  [`$JS.API.CONSUMER.CREATE.${STREAM}.c1`, READERS],
  [`$JS.API.DIRECT.GET.${STREAM}`, []],
  [`$JS.API.DIRECT.GET.${STREAM}.log.decided`, []],
  ["$JS.API.DIRECT.GET.CLAW_PULSE", []],
  ["$JS.API.DIRECT.GET.CLAW_PULSE.pulse.12.host.h1", []],
  ["$JS.API.DIRECT.GET.CLAW_PULSE.pulse.12.fleet.policy", []],
  ["$JS.API.DIRECT.GET.CLAW_RECEIPT", []],
  ["$JS.API.DIRECT.GET.CLAW_RECEIPT.receipt.h1", ["ingest"]],
  ["$SYS.REQ.SERVER.PING.JSZ", ["watcher"]],
  ["$SYS.REQ.SERVER.PING.CONNZ", []],
  ["$SYS.REQ.SERVER.PING.VARZ", []],
];

const SUBSCRIBE: readonly Cell[] = [
  ...SERVICES.map((service): Cell => [`_INBOX_${service}.x`, [service]]),
  ["_INBOX.>", []],
  [">", []],
  ["log.>", []],
  ["log.decided", []],
  ["page.*", ["ingest"]],
  ["uplink.*", ["ingest"]],
  ["receipt.*", ["ingest"]],
  ["pulse.*.host.*", ["ingest", "gateway"]],
  ["pulse.*.fleet.*", ["policy", "gateway"]],
  ["pulse.>", ["gateway"]],
  ["feed.*", ["gateway"]],
  ["gate.submit", ["policy"]],
  ["gate.claim", ["policy"]],
  ["ledger.read", ["projector"]],
  ["ledger.receipt", ["projector"]],
  ["claw.>", []],
  ["$O.>", []],
  ["$O.claw_archives.M.x", []],
  ["$JS.>", []],
  ["$SYS.>", []],
];

describe("S7, S9: what a service may not do, the server refuses", () => {
  for (const service of SERVICES) {
    test.for(PUBLISH)(`${service} publishes %s`, async ([subject, allowed]) => {
      const refused = await publishing(service, subject);
      expect(refused.length === 0, refused.join()).toBe(allowed.includes(service));
    });
    test.for(SUBSCRIBE)(`${service} subscribes %s`, async ([subject, allowed]) => {
      const refused = await subscribing(service, subject);
      expect(refused.length === 0, refused.join()).toBe(allowed.includes(service));
    });
  }
});

interface Acked {
  readonly error?: { readonly description: string };
  readonly seq?: number;
}

/** Publishes with an ack. Headers are made of those of a stored message, because only two packages may import the NATS client. */
async function put(service: Service, subject: string, rollup?: "all" | "sub"): Promise<Acked> {
  const { connection } = linkOf(service);
  if (rollup === undefined) return (await connection.request(subject, "{}", PATIENT)).json<Acked>();
  await linkOf("projector").connection.request("receipt.h1", "{}", PATIENT);
  const first = await linkOf("ingest").connection.request(
    "$JS.API.DIRECT.GET.CLAW_RECEIPT.receipt.h1",
    "",
    PATIENT,
  );
  const { headers } = first;
  if (headers === undefined) throw new Error("a direct get has headers");
  for (const name of headers.keys()) headers.delete(name);
  headers.set("Nats-Rollup", rollup);
  return (await connection.request(subject, "{}", { headers, timeout: 2_000 })).json<Acked>();
}

test("S9: no header takes an entry out of the log", async () => {
  await put("ingest", "log.12.session.s1");
  await put("policy", "log.decided");
  const before = await messages();
  for (const rollup of ["all", "sub"] as const)
    for (const [service, subject] of [
      ["ingest", "log.12.session.s1"],
      ["policy", "log.decided"],
      ["keeper", "log.decided"],
    ] as const)
      expect((await put(service, subject, rollup)).error).toBeDefined();
  expect(await messages()).toBe(before);
});

/**
 * A limit of the server, written down so that a version which closes it turns this red: it does not ask whether a service may publish to the address
 * at which it wants an answer (RELIABILITY E14, E17). So a service whose key was stolen can have the server store an ack, an answer of the API or a
 * copy of a message on another service's subject. None of them is an entry of that subject, and all of them are quarantined.
 */
test("S7: what may land on a subject that the asker may not publish to is nothing that anybody believes", async () => {
  const { connection } = linkOf("ingest");
  const before = await messages();
  connection.publish("log.12.session.s9", "{}", { reply: "log.decided" });
  await expect.poll(messages).toBe(before + 2);
  const wanted = `{"last_by_subj":"log.12.session.s9"}`;
  connection.publish(`$JS.API.STREAM.MSG.GET.${STREAM}`, wanted, { reply: "log.decided" });
  await expect.poll(messages).toBe(before + 3);
  const stored = await lastOn("log.decided");
  expect(Object.keys(JSON.parse(stored.text))).toEqual(["type", "message"]);
  const create = `$JS.API.CONSUMER.CREATE.${STREAM}.copies`;
  const config = { name: "copies", ack_policy: "none", filter_subjects: ["log.12.session.s9"] };
  await connection.request(create, JSON.stringify({ stream_name: STREAM, config }), PATIENT);
  connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${STREAM}.copies`, "1", { reply: "log.decided" });
  await expect.poll(messages).toBe(before + 4);
  expect((await lastOn("log.decided")).sequence).toBe(stored.sequence);
});

async function lastOn(subject: string): Promise<{ readonly sequence: number; readonly text: string }> {
  const wanted = JSON.stringify({ last_by_subj: subject });
  const answer = await linkOf("keeper").connection.request(
    `$JS.API.STREAM.MSG.GET.${STREAM}`,
    wanted,
    PATIENT,
  );
  const { message } = answer.json<{ readonly message: { readonly seq: number; readonly data: string } }>();
  return { sequence: message.seq, text: Buffer.from(message.data, "base64").toString() };
}

/** Each with something that it both hears and may say: it asks itself, and wants the answer there where it may not publish. */
const OWN_VOICES: readonly (readonly [Service, string])[] = [
  ["ingest", "uplink.h1"],
  ["ingest", "pulse.12.host.h1"],
  ["policy", "pulse.12.fleet.policy"],
  ["projector", "ledger.read"],
];

test.for(OWN_VOICES)("S7: %s cannot answer itself on %s into the words of others", async ([service, own]) => {
  const { connection } = linkOf(service);
  const isOurs = (target: string) => target === "log.decided" && service === "policy";
  const targets = ["log.decided", `$JS.API.STREAM.DELETE.${STREAM}`, "log.12.fleet.log"];
  for (const target of targets.filter((one) => !isOurs(one))) {
    await refusals(service, () => {
      const ear = connection.subscribe(own, {
        callback: (_, { reply = "" }) => {
          connection.publish(reply, `"forged"`);
          ear.unsubscribe();
        },
      });
      connection.publish(own, "{}", { reply: target });
    });
    await expect.poll(() => errorsOf.get(service)?.join()).toContain(`Publish to "${target}"`);
  }
  expect((await lastOn("log.decided")).text).not.toBe(`"forged"`);
});

test("S7: a consumer that delivers into the log is refused", async () => {
  const { connection } = linkOf("ingest");
  const config = { name: "evil", deliver_subject: "log.decided", ack_policy: "none", mem_storage: true };
  const answer = await connection.request(
    `$JS.API.CONSUMER.CREATE.${STREAM}.evil`,
    JSON.stringify({ stream_name: STREAM, config }),
    PATIENT,
  );
  expect(answer.json()).toMatchObject({ error: { description: expect.stringContaining("cycle") } });
});

test("E20: a key that is taken out of the configuration loses its live connection at SIGHUP", async () => {
  const other = makeSeed();
  const keysOf = (gateway: string) =>
    ({
      ...Object.fromEntries(SERVICES.map((s) => [s, publicKeyOf(makeSeed()) ?? ""])),
      gateway,
    }) as PublicKeys;
  const own = await startNatsServer({ config: accountsConf(keysOf(publicKeyOf(other) ?? "")) });
  const inner = Effect.runSync(Scope.make());
  try {
    const { connection } = await Effect.runPromise(
      Scope.provide(connectNats({ url: own.url, name: "gateway", seed: other }), inner),
    );
    const lost = (async () => {
      for await (const { type } of connection.status()) if (type === "disconnect") return type;
      return "closed";
    })();
    const next = accountsConf(keysOf(publicKeyOf(makeSeed()) ?? ""));
    const file = join(own.storeDir, "..", "nats.conf");
    writeFileSync(file, readFileSync(file, "utf8").replace(/# Who may say[^]*$/, next));
    process.kill(own.pid(), "SIGHUP");
    expect(["disconnect", "closed"]).toContain(await lost);
  } finally {
    await Effect.runPromise(Scope.close(inner, Exit.void));
    await own.remove();
  }
});
