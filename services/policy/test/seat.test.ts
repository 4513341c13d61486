/** What the seat takes from the decided lane, where somebody else got to write there. */
import {
  type By,
  DECIDED,
  type EntryId,
  type Json,
  type LeaseId,
  seal,
  sequence,
  type SessionId,
  stampEntry,
} from "@claw/events";
import { openMemoryLog } from "@claw/testkit/memory-log";
import { Effect } from "effect";
import { expect, it } from "vitest";
import { appendAtHead, takeLead } from "../src/append.ts";
import { event } from "../src/domain/event.ts";
import { emptySeat, foldEntry, type SeatParts, stillLeads } from "../src/seat.ts";
import { AT } from "./given.ts";

const told = (id: string, by: By, type: string, data: object) =>
  stampEntry(
    seal(DECIDED, null, [{ type, v: 1, at: AT, data: data as Json }], () => ""),
    { id: id as EntryId, by, at: AT },
  );
const POLICY: By = { kind: "policy" };
const made = { hostId: "h1", tokenId: "t1", tokenDigest: "00".repeat(32), until: null };

it("S6: only what policy wrote is a decision", () => {
  const seat = emptySeat();
  for (const by of [{ kind: "ingest" }, { kind: "projector" }] as const) {
    foldEntry(seat, told("decision/c1", by, "host.added", made), sequence(1));
    foldEntry(seat, told("led/p9", by, "policy.led", { leader: "p9" }), sequence(2));
  }
  expect([seat.house.tokens.size, seat.decisions.size, seat.ledBy]).toEqual([0, 0, null]);
  foldEntry(seat, told("decision/c1", POLICY, "host.added", made), sequence(3));
  expect([seat.house.tokens.size, seat.decisions.size]).toEqual([1, 1]);
});

it("S7 X1-011: a token that was revoked stays so when the entry that made it is stored again", () => {
  const seat = emptySeat();
  const principal = { kind: "person", name: "ada", role: "admin" };
  const login = { tokenId: "t2", tokenDigest: "11".repeat(32), principal, until: null };
  const entries = [
    told("decision/c1", POLICY, "host.added", made),
    told("decision/c2", POLICY, "token.created", login),
    told("decision/c3", POLICY, "token.revoked", { tokenId: "t1", reason: "lost" }),
    told("decision/c4", POLICY, "token.revoked", { tokenId: "t2", reason: "lost" }),
  ];
  for (const entry of [...entries, ...entries.slice(0, 2)]) foldEntry(seat, entry, sequence(1));
  expect([...seat.house.tokens.values()].map(({ isRevoked }) => isRevoked)).toEqual([true, true]);
});

it("DESIGN 14.6: an entry that another leader wrote for the same cause, in the same moment, does not hide that it leads", () =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const names = ["one", "other"];
        const parts = {
          log: yield* openMemoryLog(),
          clocks: { wallMs: () => AT, monoMs: () => 0 },
          ids: { newId: () => names.shift() ?? "more" },
          salt: () => "00".repeat(16),
          redactor: { version: "1" },
          sight: { rows: { caughtUp: () => Effect.void } },
        } as unknown as SeatParts;
        const [old, young] = [emptySeat(), emptySeat()];
        expect([yield* takeLead(parts, old), yield* takeLead(parts, young)]).toEqual([true, true]);
        const granted = [
          event("lease.granted", AT, { leaseId: "l1" as LeaseId, sessionId: "s1" as SessionId }),
        ];
        const id = "due/l1/granted" as EntryId;
        const at = yield* appendAtHead(parts, young, id, granted);
        expect(yield* appendAtHead(parts, old, id, granted)).toBe(at);
        expect(old.isUncertain).toBe(true);
        expect([yield* stillLeads(parts, old), yield* stillLeads(parts, young)]).toEqual([false, true]);
      }),
    ),
  ));
