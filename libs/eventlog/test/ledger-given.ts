/** Messages for the tests of the ledger: true ones, false ones of every kind, and streams of both. */
import {
  DECIDED,
  type Entry,
  FLEET_LANE,
  isIntact,
  type Json,
  position,
  sequence,
  sha256,
} from "@claw/events";
import { Effect, type Scope, Stream } from "effect";
import fc from "fast-check";
import { givenEntry, givenEpoch, givenEvent, givenHost, givenHostEntry } from "../src/contract/given.ts";
import { type Ledger, type Logged, openLedger, type RawMessage, type ReadableLedger } from "../src/index.ts";
import { messageOf } from "../src/jetstream/message.ts";

export const run = <A, E>(work: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(work));

/** A message before it is stored. */
export type Sent = Omit<RawMessage, "sequence">;

export const sent = (entry: Entry): Sent => messageOf(entry);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = ({ data }: Sent): string => Buffer.from(data).toString("utf8");
const retold = (message: Sent, tell: (text: string) => string): Sent => ({
  ...message,
  data: bytes(tell(textOf(message))),
});

/** Stored one after the other: the first has the sequence behind `after`. */
export const stored = (messages: readonly Sent[], after = 0): readonly RawMessage[] =>
  messages.map((message, index) => ({ ...message, sequence: sequence(after + index + 1) }));

export const H1 = givenHost("h1");
export const E1 = givenEpoch(1);
export const said = (seq: number, what = ""): Entry => givenHostEntry(H1, E1, seq, what);

export const decided = (n: number): Entry => givenEntry({ id: `test/${n}`, lane: DECIDED });
export const noted = (n: number, how = "unloaded"): Entry =>
  givenEntry({
    id: `silent/${n}`,
    by: { kind: "ingest" },
    events: [givenEvent("session.closed", { how })],
  });

export const resumed = (generation: number, position: number, chain: string): Entry =>
  givenEntry({
    id: `resumed/${generation}`,
    lane: FLEET_LANE,
    by: { kind: "projector" },
    events: [givenEvent("log.resumed", { generation, position, chain, reason: "trimmed" })],
  });

const tampered = (entry: Entry): Entry => ({
  ...entry,
  envelope: { ...entry.envelope, events: [...entry.envelope.events, ...entry.envelope.events] },
  bodies: [...entry.bodies, ...entry.bodies],
});

/** What is no entry, or is not what its place claims, with the code that says so. */
export const falsehoods: Readonly<Record<string, readonly [code: string, message: (n: number) => Sent]>> = {
  "a wrong subject": ["wrong_subject", (n) => ({ ...sent(said(n)), subject: "log.decided" })],
  "no message id": ["wrong_message_id", (n) => ({ ...sent(said(n)), messageId: null })],
  "another message id": ["wrong_message_id", (n) => ({ ...sent(said(n)), messageId: `host/h1/x/${n}` })],
  "the start of an id": [
    "wrong_message_id",
    (n) => ({ ...sent(said(n)), messageId: `${sent(said(n)).messageId}0` }),
  ],
  "no bytes": ["not_json", (n) => ({ ...sent(said(n)), data: new Uint8Array(0) })],
  "truncated JSON": ["not_json", (n) => retold(sent(said(n)), (text) => text.slice(0, -9))],
  "no UTF-8": ["not_json", (n) => ({ ...sent(said(n)), data: Uint8Array.of(0x22, 0xff, 0x22) })],
  "a byte order mark": ["not_json", (n) => retold(sent(said(n)), (text) => `\uFEFF${text}`)],
  "512 KiB of letters": ["not_json", (n) => ({ ...sent(said(n)), data: bytes("x".repeat(524_288)) })],
  "more than a message holds": [
    "too_large",
    (n) => ({ ...sent(said(n)), data: bytes(" ".repeat(1_048_577)) }),
  ],
  "a mebibyte of brackets": [
    "too_much",
    (n) => ({ ...sent(said(n)), data: bytes(`${"[".repeat(5e5)}${"]".repeat(5e5)}`) }),
  ],
  "a prototype": [
    "too_much",
    (n) => retold(sent(said(n)), (text) => text.replace('"data":{}', '"data":{"__proto__":{"a":1}}')),
  ],
  "a key that comes twice": [
    "not_canonical",
    (n) => retold(sent(said(n)), (text) => text.replace('"v":1}', '"v":2,"v":1}')),
  ],
  "a key that nobody knows": [
    "not_canonical",
    (n) => retold(sent(said(n)), (text) => text.replace('"v":1}', '"v":1,"w":1}')),
  ],
  "a space": ["not_canonical", (n) => retold(sent(said(n)), (text) => `${text} `)],
  "an escape": [
    "not_canonical",
    (n) => retold(sent(said(n)), (text) => text.replace('"session.', '"\\u0073ession.')),
  ],
  "no events": ["wrong_shape", (n) => sent(givenEntry({ id: `test/${n}`, events: [] }))],
  "a body without an event": [
    "wrong_shape",
    (n) => sent({ ...said(n), bodies: [...said(n).bodies, { salt: "00".repeat(16), json: "1" }] }),
  ],
  "a wrong digest": ["not_intact", (n) => sent(tampered(said(n)))],
  "a wrong body": [
    "not_intact",
    (n) => retold(sent(said(n)), (text) => text.replace(`"name\\":\\"`, `"name\\":\\"!`)),
  ],
  "a host under another id": [
    "forged_by",
    (n) => sent(givenEntry({ id: `test/h${n}`, by: { kind: "host", hostId: H1, epoch: E1, seq: n } })),
  ],
  "a host under another host's id": [
    "forged_by",
    (n) =>
      sent({
        ...said(n),
        envelope: { ...said(n).envelope, by: { kind: "host", hostId: givenHost("h9"), epoch: E1, seq: n } },
      }),
  ],
  "ingest under a host's id": [
    "forged_by",
    (n) => sent({ ...said(n), envelope: { ...said(n).envelope, by: { kind: "ingest" } } }),
  ],
  "ingest in the decided lane": [
    "forged_by",
    (n) => sent(givenEntry({ id: `test/i${n}`, lane: DECIDED, by: { kind: "ingest" } })),
  ],
  "policy in a session's lane": ["forged_by", (n) => sent(givenEntry({ id: `test/p${n}` }))],
  "ingest of the log itself": [
    "forged_by",
    (n) => sent(givenEntry({ id: `test/f${n}`, lane: FLEET_LANE, by: { kind: "ingest" } })),
  ],
  "a projector of a session": [
    "forged_by",
    (n) => sent(givenEntry({ id: `test/s${n}`, by: { kind: "projector" } })),
  ],
  "a projector of nothing in particular": [
    "forged_by",
    (n) => sent(givenEntry({ id: `test/l${n}`, lane: FLEET_LANE, by: { kind: "projector" } })),
  ],
  "the opening of a generation that this is not": ["forged_by", () => sent(resumed(2, 0, "0".repeat(64)))],
  "an id of the ledger's own": [
    "reserved_id",
    (n) => sent(givenEntry({ id: `quarantined/1/${n}`, by: { kind: "ingest" } })),
  ],
  "the id of the next generation's opening": [
    "reserved_id",
    () => sent(givenEntry({ id: "resumed/2", by: { kind: "ingest" } })),
  ],
  "the id of the next generation's opening, from policy": [
    "reserved_id",
    () => sent(givenEntry({ id: "resumed/2", lane: DECIDED })),
  ],
  "the id of a decision": [
    "reserved_id",
    (n) => sent(givenEntry({ id: `decision/c${n}`, by: { kind: "ingest" } })),
  ],
  "the id of what policy says by itself": [
    "reserved_id",
    (n) => sent(givenEntry({ id: `due/c${n}/overdue`, by: { kind: "ingest" } })),
  ],
  "an id of the ledger's own forks": [
    "reserved_id",
    (n) => sent(givenEntry({ id: `forked/h1/${E1}/${n}/${"0".repeat(16)}`, by: { kind: "ingest" } })),
  ],
};

const kinds = Object.values(falsehoods).filter(([code]) => code !== "too_large");

/** Two hosts and two epochs each, with repeats, gaps and forks; ingest and policy, with repeats and conflicts; lies; and copies of what a ledger writes. */
export const anySent: fc.Arbitrary<Sent> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom("h1", "h2"),
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 1, max: 10 }),
        fc.constantFrom("", "", "", "", "other"),
        fc.constantFrom("", "", "~again"),
      )
      .map(([name, n, seq, what, again]) => {
        const message = sent(givenHostEntry(givenHost(name), givenEpoch(n), seq, what));
        return { ...message, messageId: `${message.messageId}${again}` };
      }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat(6), fc.constantFrom("unloaded", "archived"))
      .map(([n, how]) => sent(noted(n, how))),
  },
  { weight: 2, arbitrary: fc.nat(20).map((n) => sent(decided(n))) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 5 }))
      .map(([[, make], n]) => make(n)),
  },
);

/** A list in batches of these sizes. */
export function cut<A>(list: readonly A[], sizes: readonly number[]): readonly (readonly A[])[] {
  const batches: A[][] = [];
  const rest = [...list];
  for (let index = 0; rest.length > 0; index += 1) batches.push(rest.splice(0, sizes[index % sizes.length]));
  return batches;
}
export const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

/** Everything that a reader of a ledger can see, chains made anew from their definition. */
export const seen = Effect.fnUntraced(function* (ledger: ReadableLedger) {
  const all = yield* Stream.runCollect(ledger.read({ after: 0 }));
  const chains = yield* Effect.forEach(all, ({ sequence: place }) => ledger.chain(position(place)));
  expectedChains(all).forEach((chain, index) => {
    if (chains[index] !== chain) throw new Error(`the chain at ${index + 1} is not what its definition says`);
  });
  return {
    positions: all.map((one) => Number(one.sequence)),
    ids: all.map(({ entry }) => entry.envelope.id as string),
    entries: all.map(({ entry }) => entry),
    areIntact: all.every(({ entry }) => isIntact(entry)),
    chains,
    cursor: yield* ledger.cursor,
    hosts: yield* ledger.hostsSeen,
    receipts: yield* Effect.forEach(yield* ledger.hostsSeen, ({ hostId, epoch }) =>
      ledger.receipt(hostId, epoch),
    ),
    evidence: yield* Effect.forEach(all, ({ sequence: place }) => ledger.evidence(position(place))),
  };
});

function expectedChains(all: readonly Logged[]): readonly string[] {
  let chain = "0".repeat(64);
  return all.map(({ entry }) => {
    const of = sha256(canonicalOf(entry.envelope as unknown as Json));
    chain = sha256(Buffer.from(chain + of, "hex"));
    return chain;
  });
}

/** Canonical JSON by its definition: keys sorted, nothing between. */
function canonicalOf(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalOf).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value as { readonly [key: string]: Json });
  return `{${members
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalOf(member)}`)
    .join(",")}}`;
}

/** Opens a ledger, works with it, and closes it again. */
export const visit = <A, E>(path: string, work: (ledger: Ledger) => Effect.Effect<A, E, Scope.Scope>) =>
  Effect.scoped(Effect.flatMap(openLedger({ path }), work));
