/** What the connector may say to an app-server: it asks, subscribes and lets go, and nothing else unless it was commanded; it never answers. */
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

/** What commands may come to. */
const COMMANDED: ReadonlySet<string> = new Set([
  ...ALLOWED,
  "request turn/start",
  "request turn/steer",
  "request turn/interrupt",
  "request thread/backgroundTerminals/clean",
  "request thread/start",
  "request thread/fork",
  "request thread/name/set",
]);

/** Every frame that a fake ever got was allowed: nobody was answered, started, steered, stopped or unloaded. */
export const expectDiscretion = (...fakes: readonly FakeAppServer[]): void => expectOnly(ALLOWED, fakes);
/** The same where commands were carried out: nobody was answered or unloaded. */
export const expectNoAnswer = (...fakes: readonly FakeAppServer[]): void => expectOnly(COMMANDED, fakes);

function expectOnly(allowed: ReadonlySet<string>, fakes: readonly FakeAppServer[]): void {
  const said = fakes.flatMap(({ frames }) => frames.map(({ kind, method }) => `${kind} ${method ?? ""}`));
  expect([...new Set(said)].filter((frame) => !allowed.has(frame))).toEqual([]);
}
