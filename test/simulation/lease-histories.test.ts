/** Histories of leases, judged from outside by one law alone: what was asked, told and written could have been done one thing at a time (RELIABILITY §4). */
import { expect, test } from "vitest";
import { type Bug, bugs } from "./bugs.ts";
import { type LeaseOp, leaseSpec } from "./lease-spec.ts";
import { operationsOf } from "./lease-notes.ts";
import { witnessed } from "./run.ts";
import { SESSIONS } from "./state.ts";
import { misplaced } from "./wgl.ts";

const scale = Number(process.env["CLAW_TEST_SCALE"] ?? "1");
const HISTORIES = 300 * scale;
/** Of a slow machine; two cores take about 30 ms for one. */
const TIME_MS = 180_000 + 120_000 * scale;

/** The operation that has no place, with its seed, or null; and how many of each kind had one. */
function judged(seed: number, bug: Bug | null, counts = new Map<LeaseOp["kind"], number>()) {
  for (const operations of operationsOf(witnessed(seed, bug), SESSIONS)) {
    for (const { op } of operations) counts.set(op.kind, (counts.get(op.kind) ?? 0) + 1);
    const lost = misplaced(leaseSpec, operations);
    if (lost !== null) return { seed, ...lost };
  }
  return null;
}

test(
  `N1-012 RELIABILITY-4 in ${HISTORIES} histories, leases and what is written under them are linearizable`,
  { timeout: TIME_MS },
  () => {
    const counts = new Map<LeaseOp["kind"], number>();
    for (let seed = 1; seed <= HISTORIES; seed += 1) expect(judged(seed, null, counts)).toBeNull();
    const kinds: readonly LeaseOp["kind"][] = [
      "offer",
      "grant",
      "end",
      "renew",
      "unknown",
      "taken",
      "held",
      "write",
      "forget",
    ];
    for (const kind of kinds) expect(counts.get(kind), kind).toBeGreaterThan(10);
  },
);

/** What of a bug shows here, if nobody looks at anything else: a write that is stale, or a holder that is none any more. */
const shows: readonly (readonly [Bug, readonly LeaseOp["kind"][]])[] = [
  ["no_fence", ["write"]],
  ["forgets_tokens", ["write"]],
  ["grants_unfenced", ["write"]],
  ["no_full_ttl", ["held", "offer"]],
  ["no_generation", ["write", "offer"]],
];
/** The rarest of them shows in about one history of a hundred. */
const SEEDS = 500;

test.each(shows)("N1-012 `%s` is found by this law alone", { timeout: 240_000 }, (bug, kinds) => {
  let found = null;
  for (let seed = 1; seed <= SEEDS && found === null; seed += 1) found = judged(seed, bug);
  expect(found, bugs[bug]).not.toBeNull();
  expect(kinds).toContain(found?.op.kind);
});
