import { position } from "@claw/events";
import type { ViewReader } from "@claw/views";
import { describe, expect, test } from "vitest";
import { makeWaiters, MAX_PER_TOKEN, MAX_WAITERS } from "../src/waiting/waiters.ts";
import { commandRow, makeFakeViews } from "./fake-house.ts";

const reader = (): Pick<ViewReader, "position" | "changedAfter"> => makeFakeViews().reader;

describe("N1-035 places to wait are counted, and looked after together", () => {
  test("one token has so many, the house so many; what is given back can be taken again", () => {
    const waiters = makeWaiters(reader);
    const places = Array.from({ length: MAX_PER_TOKEN }, (_, n) => waiters.take("t0", "commands", `c${n}`));
    expect(waiters.take("t0", "commands", "c")).toBeNull();
    for (let n = MAX_PER_TOKEN; n < MAX_WAITERS; n += 1)
      expect(waiters.take(`t${Math.floor(n / MAX_PER_TOKEN)}`, "leases", "l1")).not.toBeNull();
    expect(waiters.take("another", "commands", "c")).toBeNull();
    places[0]?.leave();
    places[0]?.leave();
    expect(waiters.size()).toBe(MAX_WAITERS - 1);
    expect(waiters.take("another", "commands", "c")).not.toBeNull();
  });

  test("a whisper that is lost is made up for by the next, and one look serves all who wait", async () => {
    const views = makeFakeViews();
    let looks = 0;
    const counted = makeWaiters(() => ({
      position: views.reader.position,
      changedAfter: (...ask) => {
        looks += 1;
        return views.reader.changedAfter(...ask);
      },
    }));
    const woken: string[] = [];
    for (const key of ["c1", "c2", "c3"])
      counted.take("t", "commands", key)?.watch(() => void woken.push(key));
    woken.splice(0);
    views.commit([["commands", "c1", commandRow("c1")]]);
    views.commit([["commands", "c2", commandRow("c2")]]);
    for (let n = 0; n < 50; n += 1) counted.wake();
    await new Promise((resolve) => setImmediate(resolve));
    expect([woken, looks]).toEqual([["c1", "c2"], 1]);
  });

  test("views that are folded anew stand lower: all look again", async () => {
    let standing = 9;
    const waiters = makeWaiters(() => ({ position: () => position(standing), changedAfter: () => [] }));
    let woken = 0;
    waiters.take("t", "leases", "l1")?.watch(() => void (woken += 1));
    standing = 3;
    waiters.wake();
    await new Promise((resolve) => setImmediate(resolve));
    expect(woken).toBe(2);
  });
});
