/** How a host stands after what ingest said of it. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Event, newStanding, standingAfter } from "../src/index.ts";

const said = (type: string, data: object): Event => ({ type, at: 1, data, body: null }) as unknown as Event;
const heard = (edge: string): Event => said("host.heard", { edge });
const silent = said("host.silent", { lastHeardAt: 1, silentAfterMs: 1 });
const after = (...events: readonly Event[]) => events.reduce(standingAfter, newStanding);

test("DESIGN 14.10 behind until it has caught up, whatever is heard in between", () => {
  expect(after(heard("behind"), heard("periodic"), heard("connected")).isBehind).toBe(true);
  expect(after(heard("behind"), silent, heard("returned"))).toEqual({ isSilent: false, isBehind: true });
  expect(after(heard("behind"), heard("caught_up")).isBehind).toBe(false);
});

test("DESIGN 14.15 a closed uplink is not silence, and no sign of life either", () => {
  expect(after(heard("disconnected"))).toBe(newStanding);
  expect(after(silent, heard("disconnected")).isSilent).toBe(true);
  expect(after(silent, heard("periodic")).isSilent).toBe(false);
});

test("what changes nothing leaves the same object, also said twice; what else is known of the host stays", () => {
  const edges = fc.constantFrom("connected", "returned", "periodic", "disconnected", "behind", "caught_up");
  const anything = fc.oneof(edges.map(heard), fc.constant(silent), fc.constant(said("host.forked", {})));
  fc.assert(
    fc.property(fc.array(anything), anything, (before, one) => {
      const known = before.reduce(standingAfter<typeof start>, start);
      const then = standingAfter(known, one);
      expect(standingAfter(then, one)).toBe(then);
      expect(then.name).toBe("h");
    }),
  );
});
const start = { ...newStanding, name: "h" };
