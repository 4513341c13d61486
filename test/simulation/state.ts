/** The state of the simulated house: what each part has on disk and in memory, and what a witness of everything has seen. */
import {
  type CommandId,
  type EntryId,
  DEFAULT_GROUP,
  EndpointId,
  type Event,
  type FencingToken,
  HostId,
  type LeaseId,
  type Principal,
  SessionId,
  type TurnId,
} from "@claw/events";
import type {
  CommandOrder,
  CommandRow,
  FenceOrder,
  KeptToken,
} from "../../services/connector/src/domain/fence.ts";
import type { WorkName, WorkRow } from "../../services/ingest/src/domain/work.ts";
import { emptyHouse, type House } from "../../services/policy/src/domain/house.ts";
import { type LeaseClock, noLeases } from "../../services/policy/src/domain/lease-clock.ts";
import type { Earlier } from "../../services/policy/src/domain/question.ts";
import type { SightRow } from "../../services/policy/src/domain/sight-fold.ts";
import type { Bug } from "./bugs.ts";
import type { Note } from "./lease-notes.ts";
import { newLog, type SimLog } from "./log.ts";
import { type Mood, moodOf } from "./moods.ts";
import { type Random, randomFrom } from "./random.ts";
import { newSchedule, type Schedule } from "./schedule.ts";

/** 2027-01-15. */
export const BEGINS_AT = 1_800_000_000_000;
export const HOST = HostId.parse("host-a");
export const ENDPOINT = EndpointId.parse("main");
export const SESSIONS = ["thread-1", "thread-2"].map((id) => SessionId.parse(id));

/** A part that dies and is paused alone. What is planned for it dies with it, and waits while it is paused. */
export interface Part {
  readonly name: string;
  /** Which of its lives this is; null while it is down. */
  life: number | null;
  lives: number;
  pausedUntilMs: number;
  /** When it last did anything: a gap shows it that it was paused. */
  ranAtMs: number;
}

export const newPart = (name: string): Part => ({ name, life: 1, lives: 1, pausedUntilMs: 0, ranAtMs: 0 });

export interface Turn {
  readonly turnId: TurnId;
  readonly clientIds: (string | null)[];
  status: "inProgress" | "completed" | "interrupted";
}

export interface Thread {
  readonly sessionId: SessionId;
  readonly turns: Turn[];
  /** What whoever watches the thread gets to know, oldest first. */
  readonly seen: Event[];
}

export const newThread = (sessionId: SessionId): Thread => ({ sessionId, turns: [], seen: [] });

export type Ask =
  | { readonly kind: "command"; readonly order: CommandOrder; readonly remainingMs: number }
  | { readonly kind: "fence"; readonly order: FenceOrder; readonly remainingMs: number };

/** What arrived, and until when there is time for it, by the host's own clock. */
export interface Queued {
  readonly ask: Ask;
  readonly untilMs: number;
  /** The uplink on which it came: when that is gone, it is sent again with what is left of its time. */
  readonly uplink: number;
}

export interface Told {
  readonly seq: number;
  readonly sessionId: SessionId;
  readonly event: Event;
}

export interface SimHost {
  readonly part: Part;
  /** On disk. */
  readonly rows: Map<string, CommandRow>;
  readonly newest: Map<SessionId, KeptToken>;
  readonly outbox: Told[];
  readonly seen: Map<SessionId, number>;
  /** By command, the sequence of the fact that told its outcome. */
  readonly toldAt: Map<CommandId, number>;
  /** In memory. */
  readonly queues: Map<SessionId, Queued[]>;
  readonly busy: Set<SessionId>;
  uplink: number | null;
  /** The last of its facts that the house said on this uplink to have. */
  acked: number;
}

export const newHost = (): SimHost => ({
  part: newPart("host"),
  rows: new Map(),
  newest: new Map(),
  outbox: [],
  seen: new Map(),
  toldAt: new Map(),
  queues: new Map(SESSIONS.map((id) => [id, []])),
  busy: new Set(),
  uplink: null,
  acked: 0,
});

export interface SimIngest {
  readonly part: Part;
  folded: number;
  readonly rows: Map<string, WorkRow>;
  /** The last fact of the host that is in the log. */
  through: number;
  /** Of all lives, so that frames of an older one are not taken for this one's. */
  uplinks: number;
  uplink: number | null;
  readonly asked: Set<WorkName>;
  heardAtMs: number;
  isSilent: boolean;
  said: number;
}

export const newIngest = (): SimIngest => ({
  part: newPart("ingest"),
  folded: 0,
  rows: new Map(),
  through: 0,
  uplinks: 0,
  uplink: null,
  asked: new Set(),
  heardAtMs: 0,
  isSilent: false,
  said: 0,
});

interface First {
  readonly earlier: Earlier;
  readonly events: readonly Event[];
}

export interface SimPolicy {
  readonly part: Part;
  house: House;
  readonly firsts: Map<EntryId, First>;
  /** How far the decided lane was folded, and the sight. */
  folded: number;
  head: number;
  readonly sights: Map<string, SightRow>;
  seen: number;
  clock: LeaseClock;
  leader: string | null;
  ledBy: string | null;
  /** An append failed: fold before the next decision. */
  isUncertain: boolean;
  leads: number;
}

export const newPolicy = (name: string): SimPolicy => ({
  part: newPart(name),
  house: emptyHouse,
  firsts: new Map(),
  folded: 0,
  head: 0,
  sights: new Map(),
  seen: 0,
  clock: noLeases,
  leader: null,
  ledBy: null,
  isUncertain: true,
  leads: 0,
});

/** A lease as its holder sees it. */
export interface Held {
  readonly leaseId: LeaseId;
  readonly sessionId: SessionId;
  readonly token: FencingToken;
  /** When it asked for it, or renewed it last. */
  untilMs: number;
}

export interface Caller {
  readonly part: Part;
  readonly principal: Principal;
  readonly held: Map<SessionId, Held>;
  asked: number;
  /** The policy that it asks, for as long as that answers. */
  asks: number;
}

const principals: readonly Principal[] = [
  { kind: "claw", name: "claw-a", role: "claw", group: DEFAULT_GROUP },
  { kind: "claw", name: "claw-b", role: "claw", group: DEFAULT_GROUP },
  { kind: "person", name: "ada", role: "operator" },
];

export const newCallers = (): readonly Caller[] =>
  principals.map((principal) => ({
    part: newPart(principal.name),
    principal,
    held: new Map(),
    asked: 0,
    asks: 0,
  }));

export interface Witness {
  /** The newest token that the host ever persisted, or that a holder was told of. */
  readonly newest: Map<SessionId, FencingToken>;
  readonly performed: Set<CommandId>;
  /** Who wrote with a token. */
  readonly writers: Map<string, string>;
  /** What happened in this history, so that a simulation in which nothing happens is noticed. */
  readonly counts: Map<string, number>;
  /** What it noted of leases, in the order in which it saw it. */
  readonly notes: Note[];
  /** It notes, and cries out at nothing: others judge. */
  isSilent: boolean;
}

export const newWitness = (): Witness => ({
  newest: new Map(),
  performed: new Set(),
  writers: new Map(),
  counts: new Map(),
  notes: [],
  isSilent: false,
});

/** How bad things are now. */
export interface Weather {
  /** Probability that a message is lost, or comes twice. */
  lossy: number;
  doubling: number;
  /** The longest that a message takes, ms. */
  slowMs: number;
  /** The standby does not hear the leader. */
  isDeaf: boolean;
  /** The host cannot reach the house. */
  isCut: boolean;
}

export interface World {
  readonly seed: number;
  readonly bug: Bug | null;
  readonly mood: Mood;
  readonly random: Random;
  readonly schedule: Schedule;
  readonly log: SimLog;
  readonly threads: ReadonlyMap<SessionId, Thread>;
  readonly host: SimHost;
  readonly ingest: SimIngest;
  readonly policies: readonly SimPolicy[];
  readonly callers: readonly Caller[];
  /** Until then nobody reaches the app-server. Its threads are on disk. */
  codexAwayUntilMs: number;
  /** Called where a death hurts most: between what a host writes, does and says. */
  strike: () => void;
  readonly witness: Witness;
  readonly weather: Weather;
  /** No caller begins anything any more. */
  isClosing: boolean;
  /** When the leader was last heard by whoever stands by. */
  beatAtMs: number;
  /** The last lines of what happened, for whoever reads why a seed failed. */
  readonly story: string[];
}

export const fair: Weather = { lossy: 0, doubling: 0, slowMs: 20, isDeaf: false, isCut: false };

export interface Parts {
  readonly threads: World["threads"];
  readonly host: SimHost;
  readonly ingest: SimIngest;
  readonly policies: readonly SimPolicy[];
  readonly callers: readonly Caller[];
}

export const newWorld = (seed: number, bug: Bug | null, parts: Parts): World => ({
  seed,
  bug,
  mood: moodOf(seed),
  random: randomFrom(seed),
  schedule: newSchedule(BEGINS_AT),
  log: newLog(),
  ...parts,
  codexAwayUntilMs: 0,
  strike: () => undefined,
  witness: newWitness(),
  weather: { ...fair },
  isClosing: false,
  beatAtMs: BEGINS_AT,
  story: [],
});
