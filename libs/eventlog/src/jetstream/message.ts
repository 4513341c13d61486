/**
 * Entries ⇄ messages of the stream: the one place that knows how an entry lies in it. Pure.
 *
 * One message is one entry: its subject is the lane's, its message id the entry's id, and its data the canonical JSON of `{bodies, envelope}`, so that
 * one entry has one text; a decision also has policy's `signature` over that text. What is read is believed only where the three agree and every digest is right, because whoever holds a credential of the
 * stream can publish anything there (RELIABILITY E15, S7).
 */
import {
  decodeEntry,
  encodeBodies,
  encodeEnvelope,
  type Entry,
  failure,
  isIntact,
  logSubject,
  parseJson,
  type Result,
  success,
} from "@claw/events";
import type { RawMessage } from "../raw-log.ts";
import { isSignedBy, type Sign, type Trust } from "./trust.ts";

/** The largest message, headers included: what nats-server takes unless it is told otherwise. What does not fit with its escapes, ingest keeps as evidence. */
export const MAX_MESSAGE_BYTES = 1_048_576;

/** Sets an entry's id apart from what stands behind it in a message id. No entry id has it. */
const AGAIN = "~";

/** An entry as it is published. */
export interface OutMessage {
  readonly subject: string;
  readonly messageId: string;
  readonly data: Uint8Array;
}

/** Why a message is no entry. Structure only. */
export interface NotAnEntry {
  readonly code:
    | "not_json"
    | "too_much"
    | "wrong_shape"
    | "not_intact"
    | "wrong_subject"
    | "wrong_message_id"
    | "unsigned";
  readonly detail: string;
}

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** With `sign`, a decision carries the signature that `Trust` asks for. */
export function messageOf(entry: Entry, sign?: Sign): OutMessage {
  const [envelope, bodies] = [encodeEnvelope(entry), encodeBodies(entry)];
  const plain = messageData(envelope, bodies);
  const isDecision = entry.envelope.by.kind === "policy";
  const data = sign === undefined || !isDecision ? plain : messageData(envelope, bodies, sign(plain));
  return { subject: logSubject(entry.envelope.lane), messageId: entry.envelope.id, data };
}

/** The one text of an entry, from its canonical parts: what is read and encoded again is compared with it. */
export const messageData = (envelope: string, bodies: string, signature: string | null = null): Uint8Array =>
  utf8.encode(
    signature === null
      ? `{"bodies":${bodies},"envelope":${envelope}}`
      : `{"bodies":${bodies},"envelope":${envelope},"signature":${JSON.stringify(signature)}}`,
  );

/**
 * True if a message id may carry an entry: it is the entry's id, or that id with `~` and anything behind. The second form is what an entry is
 * published under when somebody else's message has spoilt its own id for the stream's window of de-duplication.
 */
export const isMessageIdOf = (messageId: string | null, entryId: string): boolean =>
  messageId === entryId || (messageId?.startsWith(`${entryId}${AGAIN}`) ?? false);

/** The message id of an entry whose own one is spoilt. `token` is fresh: one that can be guessed could be spoilt as well. */
export const messageIdAgain = (entryId: string, token: string): string => `${entryId}${AGAIN}${token}`;

/** An entry as it lies in its message. */
export interface Lain {
  readonly entry: Entry;
  readonly signature: string | null;
}

/** Reads a message as the entry that its subject and message id claim. Refuses everything that is not wholly that; with `trust`, unsigned decisions too. */
export function readMessage(raw: RawMessage, trust?: Trust): Result<Entry, NotAnEntry> {
  const lain = readLain(raw);
  if (!lain.ok) return lain;
  if (trust !== undefined && !isTrusted(lain.value, trust))
    return refuse("unsigned", "policy did not sign it");
  return success(lain.value.entry);
}

/** True unless it is a decision that no key of policy signed. */
export function isTrusted({ entry, signature }: Lain, trust: Trust): boolean {
  if (entry.envelope.by.kind !== "policy") return true;
  return isSignedBy(trust, messageData(encodeEnvelope(entry), encodeBodies(entry)), signature);
}

/** As `readMessage`, and leaves it to the caller whether the signature counts. */
export function readLain(raw: RawMessage): Result<Lain, NotAnEntry> {
  const text = textOf(raw.data);
  if (text === null) return refuse("not_json", "the bytes are not UTF-8");
  const json = parseJson(text);
  if (!json.ok) return json;
  const read = decodeEntry(json.value);
  if (!read.ok) return read;
  const { id, lane } = read.value.envelope;
  if (raw.subject !== logSubject(lane)) return refuse("wrong_subject", "the subject is another lane's");
  if (!isMessageIdOf(raw.messageId, id))
    return refuse("wrong_message_id", "the message id is another entry's");
  if (!isIntact(read.value)) return refuse("not_intact", "a digest is wrong");
  return success({ entry: read.value, signature: signatureIn(json.value) });
}

/** The longest signature: 64 bytes in base64. */
const MAX_SIGNATURE = 88;

function signatureIn(value: unknown): string | null {
  const signature =
    typeof value === "object" && value !== null && "signature" in value ? value.signature : null;
  return typeof signature === "string" && signature.length <= MAX_SIGNATURE ? signature : null;
}

function textOf(data: Uint8Array): string | null {
  try {
    return strictUtf8.decode(data);
  } catch {
    return null;
  }
}

const refuse = (code: NotAnEntry["code"], detail: string): Result<never, NotAnEntry> =>
  failure({ code, detail });
