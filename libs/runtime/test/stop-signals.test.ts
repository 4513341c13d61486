/** Being told to stop, once or more often. */
import { afterEach, expect, test, vi } from "vitest";
import { onStopSignals } from "../src/index.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
afterEach(() => void vi.useRealTimers());

test("what comes at once is the echo of the first signal; what comes later is a second one", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const heard: string[] = [];
  const before = new Set(process.listeners("SIGHUP"));
  onStopSignals(
    () => void heard.push("first"),
    () => void heard.push("again"),
  );
  // Only what was added here is called: the runner has listeners of its own.
  const [listener = () => {}] = process.listeners("SIGHUP").filter((one) => !before.has(one));
  for (const signal of SIGNALS) listener(signal);
  expect(heard).toEqual(["first"]);
  vi.advanceTimersByTime(301);
  listener("SIGHUP");
  expect(heard).toEqual(["first", "again"]);
  for (const signal of SIGNALS) process.off(signal, listener);
});
