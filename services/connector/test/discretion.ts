/** What the connector may say to an app-server: it asks, subscribes and lets go, and nothing else, ever. */
import type { FakeAppServer } from "@claw/testkit";
import { expect } from "vitest";

const ALLOWED: ReadonlySet<string> = new Set([
  "request initialize",
  "notification initialized",
  "request thread/loaded/list",
  "request thread/list",
  "request thread/read",
  "request thread/resume",
  "request thread/unsubscribe",
  "request thread/turns/list",
  "request thread/items/list",
  "request model/list",
]);

/** Every frame that a fake ever got was allowed: nobody was answered, started, steered, stopped or unloaded. */
export function expectDiscretion(...fakes: readonly FakeAppServer[]): void {
  const said = fakes.flatMap(({ frames }) => frames.map(({ kind, method }) => `${kind} ${method ?? ""}`));
  expect([...new Set(said)].filter((frame) => !ALLOWED.has(frame))).toEqual([]);
}
