/** A renewal leaves no entry, so nothing but a look at the lane tells a policy that is no longer heard that another leads. */
import { CommandId, type Principal } from "@claw/events";
import { expect, test } from "vitest";
import { submit } from "./policy.ts";
import { begun } from "./run.ts";
import { runUntil } from "./schedule.ts";
import { SESSIONS, type SimPolicy, type World } from "./state.ts";
import { now } from "./time.ts";

const [sessionId] = SESSIONS as [(typeof SESSIONS)[number]];
const claw: Principal = { kind: "claw", name: "claw-a", role: "claw", group: "default" as never };
const leaseId = CommandId.parse("lease-1");

const isLeading = (world: World, policy: SimPolicy): boolean =>
  policy.leader !== null &&
  policy.leader === world.policies.find(({ ledBy }) => ledBy === policy.leader)?.ledBy;

/** Until it is so, by steps of 10 ms. */
function until(world: World, is: () => boolean): void {
  for (let steps = 0; !is() && steps < 10_000; steps += 1) runUntil(world.schedule, now(world) + 10);
  expect(is()).toBe(true);
}

test("RELIABILITY 4.4 a policy that another has relieved unseen answers no renewal", () => {
  const world = begun(1);
  until(world, () => world.policies.some((policy) => isLeading(world, policy)) && world.host.uplink !== null);
  const old = world.policies.find((policy) => policy.leader !== null) as SimPolicy;
  const other = world.policies.find((policy) => policy !== old) as SimPolicy;
  until(world, () => {
    const target = { sessionId };
    const ask = { type: "lease.acquire", commandId: leaseId, target, ttlMs: 10_000 } as const;
    return submit(world, old, ask, claw)?.verdict.decision === "accepted";
  });
  until(world, () => old.house.desks.get(sessionId)?.lease?.state === "inForce");
  world.weather.isDeaf = true;
  until(world, () => other.leader !== null);
  // It does not know yet; a decision would conflict, and a renewal would not.
  expect(old.leader).not.toBeNull();
  const renew = { type: "lease.renew", commandId: CommandId.parse("renew-1"), leaseId } as const;
  expect(submit(world, old, renew, claw)).toBeNull();
  expect(
    submit(world, other, { ...renew, commandId: CommandId.parse("renew-2") }, claw)?.verdict.decision,
  ).toBe("accepted");
});
