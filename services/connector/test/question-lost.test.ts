/** A question whose telling stands in no outbox any more, because an older copy of that was put back: the house hears that it is over (DESIGN 14.18). */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { endOfQuestion, type Event } from "@claw/events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { until } from "./acting.ts";
import { AnsweringHost, type Asked, personAccepts } from "./answering.ts";

let host: AnsweringHost;
beforeEach(async () => {
  host = await AnsweringHost.open();
});
afterEach(() => host.close());

/** The outbox as it is now, to be put back when the connector has stopped again. */
async function keepCopy(): Promise<() => Promise<void>> {
  const [live, copy] = [join(host.folder.path, "connector"), join(host.folder.path, "copy")];
  await host.stop();
  cpSync(live, copy, { recursive: true });
  await host.begin();
  return async () => {
    await host.stop();
    rmSync(live, { recursive: true });
    cpSync(copy, live, { recursive: true });
  };
}

/** What the house shows as open in a thread, by the rule that it goes by. */
function openIn(threadId: string): readonly Asked[] {
  let open: readonly Asked[] = [];
  for (const event of host.house.facts.filter(({ lane }) => lane === `session/${threadId}`)) {
    open = open.filter(({ data }) => endOfQuestion(data, event) === null);
    if (event.type === "approval.requested") open = [...open, event];
  }
  return open;
}
const seen = (type: Event["type"], threadId: string) => () =>
  host.house.facts.some((event) => event.type === type && event.lane === `session/${threadId}`);

async function thread(): Promise<string> {
  const threadId = host.fake.createThread({ approvalPolicy: "untrusted" });
  await until("the thread", seen("session.observed", threadId));
  return threadId;
}

it("was answered, and its turn is over, while nobody listened", async () => {
  const threadId = await thread();
  const putBack = await keepCopy();
  host.fake.runTurn(threadId, "SHELL true");
  await until("the question", () => openIn(threadId).length === 1);
  await putBack();
  await personAccepts(host.fake, threadId);
  expect(openIn(threadId)).toHaveLength(1);
  await host.begin();
  await until("its end", () => openIn(threadId).length === 0);
});

it("is open still: it is not told as over, and not twice", async () => {
  const threadId = await thread();
  const putBack = await keepCopy();
  host.fake.runTurn(threadId, "SHELL true");
  await until("the question", () => openIn(threadId).length === 1);
  await putBack();
  await host.begin();
  await until(
    "its repeat",
    () => host.house.facts.filter(({ type }) => type === "approval.requested").length > 1,
  );
  const names = host.house.facts.flatMap((event) =>
    event.type === "approval.requested" ? [event.data.requestId] : [],
  );
  expect(new Set(names).size).toBe(1);
  expect(openIn(threadId).length).toBeGreaterThan(0);
  await personAccepts(host.fake, threadId);
  await until("its end", () => openIn(threadId).length === 0);
});

it("was answered in a turn that goes on: at the latest, it ends with that turn", async () => {
  const threadId = await thread();
  const putBack = await keepCopy();
  const turnId = host.fake.runTurn(threadId, "WAIT gate");
  const cwd = "/repo";
  const params = { threadId, turnId, itemId: "i1", command: "true", cwd, startedAtMs: Date.now() };
  void host.fake.ask(threadId, "item/commandExecution/requestApproval", params);
  await until("the question", () => openIn(threadId).length === 1);
  await putBack();
  await personAccepts(host.fake, threadId);
  await host.begin();
  host.fake.release("gate");
  await until("its end", () => openIn(threadId).length === 0);
});

it("died with a server that was started again", async () => {
  const threadId = await thread();
  const putBack = await keepCopy();
  host.fake.runTurn(threadId, "SHELL true");
  await until("the question", () => openIn(threadId).length === 1);
  await putBack();
  host.fake.endTurn(threadId, "interrupted");
  host.fake.unload(threadId);
  await host.begin();
  await until("its end", () => openIn(threadId).length === 0);
});
