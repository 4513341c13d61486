import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import type { WebSocket } from "ws";
import type { LiveClient } from "../src/live/client.ts";
import { makeLiveHub } from "../src/live/hub.ts";

function hubOf(count: number) {
  let nowMs = 0;
  const hub = makeLiveHub({} as never, { monoMs: () => nowMs, wallMs: () => 0 }, () => {});
  let woken = 0;
  for (let n = 0; n < count; n += 1)
    hub.add({
      socket: Object.assign(new EventEmitter(), { close: () => {} }) as unknown as WebSocket,
      wake: () => {
        woken += 1;
      },
    } as LiveClient);
  const take = (): number => {
    const taken = woken;
    woken = 0;
    return taken;
  };
  take();
  const pass = (ms: number): void => {
    nowMs += ms;
    vi.advanceTimersByTime(ms);
  };
  return { hub, take, pass };
}

test("a few clients hear of each change at once", () => {
  const { hub, take } = hubOf(9);
  for (let change = 0; change < 5; change += 1) hub.wakeAll();
  expect(take()).toBe(45);
});

test("N1-046 many hear of the first at once, and of all that came while they rest together, and of the last", () => {
  vi.useFakeTimers();
  try {
    const { hub, take, pass } = hubOf(500);
    hub.wakeAll();
    expect(take()).toBe(500);
    for (let change = 0; change < 9; change += 1) {
      pass(5);
      hub.wakeAll();
    }
    expect(take()).toBe(0);
    pass(5);
    expect(take()).toBe(500);
    pass(500);
    expect(take()).toBe(0);
    hub.wakeAll();
    hub.wakeAll();
    hub.closeAll();
    expect(take()).toBe(500);
    pass(500);
    expect(take()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
