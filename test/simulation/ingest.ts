/** Ingest: folds what is open by its own rules, asks the host for it, and writes down what the host says. */
import { type Event, type EntryId, hostEntryId, Epoch, hostLane, sessionLane } from "@claw/events";
import { changesOf, isWorthAsking, leftOf, toAsk } from "../../services/ingest/src/domain/dispatch.ts";
import { evolveWork, nameOf, type Work, workKey, workKeyOf } from "../../services/ingest/src/domain/work.ts";
import { receive } from "./host.ts";
import { append, recordedIn, type SimEntry } from "./log.ts";
import { type Ask, HOST, type Told, type World } from "./state.ts";
import { every, now, send, tell } from "./time.ts";

export const EPOCH = Epoch.parse("0".repeat(32));
const FOLD_MS = 60;
const FACTS_MS = 250;
const HELLO_MS = 700;
const FACTS_AT_ONCE = 64;
const SILENT_AFTER_MS = 30_000;

/** The first thing in each life: nothing is known, all is folded again, and the host has to say hello again. */
export function startIngest(world: World): void {
  const { ingest } = world;
  ingest.folded = 0;
  ingest.through = 0;
  ingest.rows.clear();
  ingest.asked.clear();
  ingest.uplink = null;
  ingest.isSilent = false;
  ingest.heardAtMs = now(world);
  every(world, ingest.part, FOLD_MS, () => fold(world));
  every(world, ingest.part, 5_000, () => listen(world));
}

/** What the host does by itself to be heard: hello when it has no uplink, else its facts. */
export function startUplink(world: World): void {
  const { host, ingest } = world;
  every(world, host.part, HELLO_MS, () => {
    if (host.uplink !== null || world.weather.isCut) return;
    send(world, ingest.part, () => hello(world));
  });
  every(world, host.part, FACTS_MS, () => {
    if (host.uplink === null || world.weather.isCut) return;
    const { uplink } = host;
    const facts = host.outbox.slice(ingest.through, ingest.through + FACTS_AT_ONCE);
    send(world, ingest.part, () => takeFacts(world, uplink, facts));
  });
}

/** A newer uplink closes the older; then the host is asked for all that is open. */
function hello(world: World): void {
  const { host, ingest } = world;
  if (host.part.life === null || host.uplink !== null) return;
  ingest.uplinks += 1;
  ingest.uplink = ingest.uplinks;
  host.uplink = ingest.uplinks;
  ingest.asked.clear();
  ingest.heardAtMs = now(world);
  ingest.isSilent = false;
  note(world, "host.heard", { edge: "connected", count: 1, longestGapMs: 0, ...NOTHING_MEASURED });
  fold(world);
  host.acked = ingest.through;
  const open = [...ingest.rows.values()].flatMap((row) => row.open);
  for (const work of toAsk(open, now(world))) ask(world, work);
}

const NOTHING_MEASURED = { rttMs: null, clockOffsetMs: null, outboxDepth: 0 };

function heard(world: World): void {
  const { ingest } = world;
  ingest.heardAtMs = now(world);
  if (!ingest.isSilent) return;
  ingest.isSilent = false;
  note(world, "host.heard", { edge: "returned", count: 1, longestGapMs: 0, ...NOTHING_MEASURED });
}

function listen(world: World): void {
  const { ingest } = world;
  if (ingest.isSilent || now(world) - ingest.heardAtMs < SILENT_AFTER_MS) return;
  ingest.isSilent = true;
  note(world, "host.silent", { lastHeardAt: ingest.heardAtMs, silentAfterMs: SILENT_AFTER_MS });
}

function note(world: World, type: "host.heard" | "host.silent", data: unknown): void {
  const { ingest, log } = world;
  ingest.said += 1;
  const entryId = `ingest/${ingest.part.lives}/${ingest.said}` as EntryId;
  const event = { type, at: now(world), data, body: null } as Event;
  append(log, {
    entryId,
    lane: hostLane(HOST),
    by: { kind: "ingest" },
    recordedAt: now(world),
    events: [event],
  });
}

/** Facts are taken in their order and without a hole; what is there already is known by its id. */
function takeFacts(world: World, uplink: number | null, facts: readonly Told[]): void {
  const { ingest, host, log } = world;
  if (ingest.uplink !== uplink) return;
  fold(world);
  heard(world);
  for (const { seq, sessionId, event } of facts) {
    if (seq !== ingest.through + 1) continue;
    const by = { kind: "host", hostId: HOST, epoch: EPOCH, seq } as const;
    const entryId = hostEntryId(HOST, EPOCH, seq);
    append(log, { entryId, lane: sessionLane(sessionId), by, recordedAt: now(world), events: [event] });
    ingest.through = seq;
  }
  const { through } = ingest;
  send(world, host.part, () => {
    if (host.uplink === uplink) host.acked = Math.max(host.acked, through);
  });
}

/** What came to be open in all that was folded at once, and still is, is asked for. */
function fold(world: World): void {
  const { ingest, log } = world;
  const opened: Work[] = [];
  for (; ingest.folded < log.entries.length; ingest.folded += 1)
    opened.push(...foldOne(world, log.entries[ingest.folded] as SimEntry, ingest.folded));
  for (const work of opened) {
    const isOpen = ingest.rows.get(workKey(work.sessionId))?.open.includes(work) ?? false;
    if (isOpen && isWorthAsking(work, now(world))) ask(world, work);
  }
}

function foldOne(world: World, entry: SimEntry, index: number): readonly Work[] {
  const { ingest } = world;
  if (entry.by.kind === "host") ingest.through = Math.max(ingest.through, entry.by.seq);
  return recordedIn(entry, index).flatMap((recorded) => {
    const key = workKeyOf(recorded);
    if (key === null) return [];
    const before = ingest.rows.get(key);
    const after = evolveWork(before, recorded);
    if (after === undefined) return [];
    ingest.rows.set(key, after);
    const { opened, ended } = changesOf(before, after);
    for (const work of ended) ingest.asked.delete(nameOf(work));
    return opened;
  });
}

function ask(world: World, work: Work): void {
  const { ingest, host } = world;
  const { uplink } = ingest;
  if (uplink === null || ingest.asked.has(nameOf(work))) return;
  ingest.asked.add(nameOf(work));
  const frame = frameOf(work, leftOf(work, now(world)));
  tell(world, `ingest asks for ${nameOf(work)} ${work.token.generation}.${work.token.counter}`);
  if (!world.weather.isCut) send(world, host.part, () => receive(world, uplink, frame));
}

function frameOf(work: Work, remainingMs: number): Ask {
  const { id, sessionId, endpointId, token } = work;
  if (work.kind === "fence") return { kind: "fence", order: { leaseId: id, sessionId, token }, remainingMs };
  const instruction = { sessionId, endpointId, token, act: work.act };
  return { kind: "command", order: { commandId: id, instruction, text: "text" }, remainingMs };
}
