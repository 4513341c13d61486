import { decodeEntry, hostEntryId, isIntact, laneParts, contentDigest, stampEntry } from "@claw/events";
import { openHouseSide, stepHouseSide } from "@claw/wire";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admit } from "../src/domain/admit.ts";
import { HOST_MAY_SAY } from "../src/domain/host-may-say.ts";
import {
  AT,
  became,
  bench,
  channel,
  EPOCH,
  epochStarted,
  fact,
  HOST,
  named,
  observed,
  owned,
  session,
  testScale,
} from "./given.ts";

/** At scale 5 this is the 100,000 of RELIABILITY S6. */
const FRAMES = 60_000 * testScale;
const TIMEOUT_MS = 180_000 * testScale;

const owners = { mine: owned(), theirs: owned("h2") };
const honest = [
  fact(),
  fact({ lane: session("mine"), events: [became(), named("n")] }),
  fact({ lane: session("fresh"), events: [observed(), became()] }),
];
const identities = fc.constantFrom(
  "h1",
  "h2",
  "mine",
  "theirs",
  "fresh",
  "host/h2",
  "session/theirs",
  "session/fresh",
  "decided",
  "main",
);
const oddities = fc.oneof(
  identities,
  fc.string(),
  fc.integer(),
  fc.constant(null),
  fc.json(),
  fc.double(),
  fc.constant({ __proto__x: 1 }),
);
const words = fc.constantFrom(
  "host.heard",
  "session.staled",
  "host.added",
  "token.created",
  "command.accepted",
  "session.observed",
  "session.lost",
  "evidence.kept",
  "session.invented",
);
const paths = fc.constantFrom(
  "lane",
  "digest",
  "redactor",
  "seq",
  "events.0.type",
  "events.0.v",
  "events.0.at",
  "events.0.data.hostId",
  "events.0.data.endpointId",
  "events.0.data",
  "events.0.body",
  "events.1.type",
  "events.1",
  "bodies.0",
  "bodies.0.json",
  "bodies",
  "events",
);

interface Forgery {
  readonly base: number;
  readonly changes: readonly (readonly [path: string, value: unknown])[];
  readonly isResealed: boolean;
}
const forgery: fc.Arbitrary<Forgery> = fc.record({
  base: fc.nat(honest.length - 1),
  changes: fc.array(
    fc.oneof(
      fc.tuple(paths, oddities),
      fc.tuple(fc.constantFrom("events.0.type", "events.1.type"), words),
      fc.tuple(fc.constantFrom("lane", "events.0.data.hostId"), identities),
    ),
    { maxLength: 3 },
  ),
  isResealed: fc.boolean(),
});

function forge({ base, changes, isResealed }: Forgery): unknown {
  const copy = structuredClone(honest[base]) as unknown as Record<string, unknown>;
  for (const [path, value] of changes) setAt(copy, path.split("."), structuredClone(value));
  if (isResealed)
    try {
      copy["digest"] = contentDigest(copy as never);
    } catch {
      // What cannot be sealed is sent as it is.
    }
  return copy;
}

function setAt(target: Record<string, unknown>, [head, ...rest]: readonly string[], value: unknown): void {
  if (head === undefined || typeof target !== "object" || target === null) return;
  if (rest.length === 0) target[head] = value;
  else setAt(target[head] as Record<string, unknown>, rest, value);
}

describe("forged frames", () => {
  it(
    `of ${FRAMES}: nothing is stored under a foreign host or session, nothing crashes, every refusal is told (RELIABILITY S6, S14)`,
    () => {
      const seen = { facts: 0, evidence: 0, refused: 0, misread: 0, turnedAway: 0 };
      const hello = {
        type: "hello",
        protocol: 1,
        hostId: HOST,
        connectorVersion: "1",
        epoch: EPOCH,
        nextSeq: 1,
        outboxDepth: 0,
        at: AT,
        capabilities: [],
      };
      const [greeted] = stepHouseSide(openHouseSide(HOST, 0, "1"), {
        type: "frame",
        data: JSON.stringify(hello),
        monoMs: 0,
        wallMs: AT,
      });
      const [opened] = stepHouseSide(greeted, {
        type: "welcome",
        confirmed: 0,
        isProven: true,
        heartbeatMs: 100,
        silentAfterMs: 1_000,
        wallMs: AT,
      });
      fc.assert(
        fc.property(forgery, (forged) => {
          const data = JSON.stringify({ type: "facts", epoch: EPOCH, entries: [forge(forged)] });
          const [, outputs] = stepHouseSide(opened, { type: "frame", data, monoMs: 0, wallMs: AT });
          const before = Object.values(seen).reduce((a, b) => a + b);
          for (const output of outputs) {
            if (output.type === "refused") seen.refused += 1;
            if (output.type === "misread") seen.misread += 1;
            if (output.type === "turned_away") seen.turnedAway += 1;
            if (output.type !== "facts") continue;
            for (const one of output.deliveries) {
              const admission = admit(one, channel, bench(owners));
              const by = { kind: "host", hostId: HOST, epoch: EPOCH, seq: one.seq } as const;
              const entry = stampEntry(admission.said, { id: hostEntryId(HOST, EPOCH, one.seq), by, at: AT });
              expect(isIntact(entry)).toBe(true);
              expect(decodeEntry(JSON.parse(JSON.stringify(entry))).ok).toBe(true);
              const lane = laneParts(entry.envelope.lane);
              if (lane?.kind === "host") expect(lane.id).toBe(HOST);
              else {
                expect(lane?.kind).toBe("session");
                expect(lane?.id).not.toBe("theirs");
                if (lane?.id !== "mine") expect(entry.envelope.events[0]?.data["hostId"]).toBe(HOST);
              }
              if (admission.kind === "evidence") seen.evidence += 1;
              else {
                seen.facts += 1;
                for (const { type } of admission.said.events)
                  expect(
                    type === "session.invented" ||
                      HOST_MAY_SAY.host.has(type) ||
                      HOST_MAY_SAY.session.has(type),
                  ).toBe(true);
              }
            }
          }
          expect(Object.values(seen).reduce((a, b) => a + b)).toBe(before + 1);
        }),
        { numRuns: FRAMES },
      );
      expect(seen.facts).toBeGreaterThan(FRAMES / 20);
      expect(seen.evidence).toBeGreaterThan(FRAMES / 5);
    },
    TIMEOUT_MS,
  );

  it("an honest fact passes beside them", () => {
    expect(
      admit({ kind: "fact", seq: 1, bytes: 1, fact: fact({ events: [epochStarted()] }) }, channel, bench())
        .kind,
    ).toBe("fact");
  });
});
