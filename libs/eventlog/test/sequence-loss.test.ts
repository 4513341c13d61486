import { type Digest, type EntryId, hostLane, position } from "@claw/events";
import { expect, it } from "vitest";
import { givenEntry, givenEpoch, givenEvent, givenHost } from "../src/contract/given.ts";
import { admit, emptyStream, type HostStream } from "../src/index.ts";

const HOST = givenHost("host-a");
const EPOCH = givenEpoch(1);
const digest = "0".repeat(64) as Digest;
const parked = (...seqs: readonly number[]) => seqs.map((seq) => ({ seq, digest }));

/** What ingest says when neither the ledger nor the host has facts any more. */
const lost = (from: number, to: number, by: "ingest" | "policy" = "ingest") =>
  givenEntry({
    id: `lost/${HOST}/${EPOCH}/${from}-${to}`,
    lane: hostLane(HOST),
    by: { kind: by },
    events: [givenEvent("outbox.lost", { epoch: EPOCH, from, to })],
  });

const stepOf = (stream: HostStream, entry: ReturnType<typeof lost>) =>
  admit(entry, { last: position(10), known: () => undefined, stream: () => stream });

const idAt = (seq: number): EntryId => `host/${HOST}/${EPOCH}/${seq}` as EntryId;

it("a loss lets through what waited behind it, and what was parked among it", () => {
  const { verdict, touched } = stepOf({ next: 5, highest: 12, parked: parked(7, 9, 10, 12) }, lost(5, 8));
  expect(verdict).toEqual({
    kind: "admitted",
    entries: [
      { position: 11, id: lost(5, 8).envelope.id },
      { position: 12, id: idAt(7) },
      { position: 13, id: idAt(9) },
      { position: 14, id: idAt(10) },
    ],
  });
  expect(touched?.after).toEqual({ next: 11, highest: 12, parked: parked(12) });
});

it("a loss that nothing waited behind is skipped, and one of a host that was never heard too", () => {
  expect(stepOf({ next: 5, highest: 4, parked: [] }, lost(3, 8)).touched?.after).toEqual({
    next: 9,
    highest: 8,
    parked: [],
  });
  expect(stepOf(emptyStream, lost(1, 8)).touched?.after).toEqual({ next: 9, highest: 8, parked: [] });
});

it("a loss does not skip what is missing before it, nor what the ledger has by now", () => {
  const waiting = { next: 3, highest: 9, parked: parked(9) };
  expect(stepOf(waiting, lost(5, 8)).touched?.after).toEqual(waiting);
  const caughtUp = { next: 9, highest: 8, parked: [] };
  expect(stepOf(caughtUp, lost(5, 8)).touched?.after).toEqual(caughtUp);
});

it("only ingest can say that facts are lost", () => {
  expect(stepOf({ next: 5, highest: 12, parked: parked(9) }, lost(5, 8, "policy")).touched).toBeNull();
});
