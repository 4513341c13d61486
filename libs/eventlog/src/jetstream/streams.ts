/**
 * The streams of a fleet, as data: every setting that we ask for, and what may become of it later. Pure.
 *
 * Nothing leaves the log but by a new generation (ADR 0010): no age, no count, and the two flags that the server never lets go of again.
 */
import { LOG_SUBJECTS, logStream, PULSE_STREAM, RECEIPT_STREAM, talkSubjects } from "@claw/events";
import type { Answer } from "./answer.ts";
import { MAX_MESSAGE_BYTES } from "./message.ts";

export interface StreamSettings {
  /**
   * The most bytes of one generation; appends beyond fail as `disk_full`, and health asks for a trim at 70 %. Default: 4 GiB (RELIABILITY 3.5). The
   * server sets them aside when the stream is made: its `max_file_store` must hold twice as many, because a new generation is made beside the old one.
   */
  readonly maxBytes?: number;
  /** The most bytes of the pulses of two days. Default: 512 MiB. */
  readonly pulseBytes?: number;
  /** The most bytes of the last receipts of all hosts. Default: 64 MiB. */
  readonly receiptBytes?: number;
  /** How many servers keep each stream: 1 or, in a cluster, 3. Default: 1. */
  readonly replicas?: number;
}

export type StreamConfig = Readonly<Record<string, string | number | boolean | readonly string[]>>;

const MIB = 1_048_576;
const LOG_BYTES = 4_096 * MIB;
const PULSE_BYTES = 512 * MIB;
const RECEIPT_BYTES = 64 * MIB;
/** Room in a retired stream for what came while it was retired. */
const RETIRED_ROOM_BYTES = MIB;
const NANOS = 1_000_000;
/** Long enough for every retry of a publisher; each remembered id costs the server memory (RELIABILITY 2.3.6). */
const DUPLICATE_WINDOW_MS = 120_000;
const PULSE_AGE_MS = 48 * 3_600_000;
/** A pulse's value is at most 65,536 UTF-16 units, three bytes each at worst. */
const PULSE_MESSAGE_BYTES = 262_144;

const common = {
  retention: "limits",
  storage: "file",
  deny_delete: true,
  deny_purge: true,
  allow_rollup_hdrs: false,
  allow_direct: true,
  duplicate_window: DUPLICATE_WINDOW_MS * NANOS,
  max_msgs: -1,
} as const;

/** One generation of the log; its first message has the number `first`. */
export const logConfig = (
  generation: number,
  first: number,
  { maxBytes = LOG_BYTES, replicas = 1 }: StreamSettings,
): StreamConfig => ({
  ...common,
  name: logStream(generation),
  subjects: LOG_SUBJECTS,
  discard: "new",
  max_bytes: maxBytes,
  max_msg_size: MAX_MESSAGE_BYTES,
  max_msgs_per_subject: -1,
  max_age: 0,
  num_replicas: replicas,
  ...(first > 1 && { first_seq: first }),
});

/** Those of all retired generations. */
export const RETIRED_SUBJECTS = "retired.>";

/** Under which subjects a retired generation is kept: nobody publishes there. */
export const retiredSubjects = (generation: number): readonly string[] => [`retired.${generation}.>`];

/** What changes when a generation is retired: where it listens, and that it sets no more bytes aside than it has, so that the next one has room. */
export const retiredConfig = (generation: number, bytes: number): StreamConfig => ({
  subjects: retiredSubjects(generation),
  max_bytes: bytes + RETIRED_ROOM_BYTES,
});

export const pulseConfig = ({ pulseBytes = PULSE_BYTES, replicas = 1 }: StreamSettings): StreamConfig => ({
  ...common,
  name: PULSE_STREAM,
  subjects: ["pulse.>"],
  discard: "old",
  max_bytes: pulseBytes,
  max_msg_size: PULSE_MESSAGE_BYTES,
  max_msgs_per_subject: -1,
  max_age: PULSE_AGE_MS * NANOS,
  num_replicas: replicas,
});

export const receiptConfig = ({
  receiptBytes = RECEIPT_BYTES,
  replicas = 1,
}: StreamSettings): StreamConfig => ({
  ...common,
  name: RECEIPT_STREAM,
  subjects: [talkSubjects.receipt("*" as Parameters<typeof talkSubjects.receipt>[0])],
  discard: "old",
  max_bytes: receiptBytes,
  max_msg_size: MAX_MESSAGE_BYTES,
  max_msgs_per_subject: 1,
  max_age: 0,
  num_replicas: replicas,
});

/** Settings that an operator may change and the keeper sets: no entry is lost with them. */
const ADJUSTABLE: ReadonlySet<string> = new Set(["max_bytes", "num_replicas", "max_msg_size"]);
/** Said once, when a stream is made. */
const AT_BIRTH: ReadonlySet<string> = new Set(["first_seq"]);
/** What we never ask for and what would change or remove messages, or what is published, behind our back. */
const NEVER = [
  "sealed",
  "mirror",
  "sources",
  "republish",
  "subject_transform",
  "allow_msg_ttl",
  "no_ack",
] as const;

export interface Drift {
  /** The first setting that differs and may not. */
  readonly refused: string | null;
  /** Those that differ and may be set. */
  readonly adjustable: readonly string[];
}

/** Compares what was asked with what the server has: it drops what it does not know without a word (STACK B). */
export function driftOf(asked: StreamConfig, has: Answer, isNew: boolean): Drift {
  const differing = Object.keys(asked).filter((key) => !isSame(asked[key], has[key]));
  const counted = isNew ? differing : differing.filter((key) => !AT_BIRTH.has(key));
  const extra = NEVER.find((key) => isSet(has[key]));
  const refused = counted.find((key) => isNew || !ADJUSTABLE.has(key)) ?? extra ?? null;
  return { refused, adjustable: counted.filter((key) => ADJUSTABLE.has(key)) };
}

/** The server leaves out what is false, zero or empty. */
const isSame = (asked: unknown, has: unknown): boolean =>
  isSet(asked) || isSet(has) ? JSON.stringify(asked) === JSON.stringify(has) : true;

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && value !== 0 && value !== "";
