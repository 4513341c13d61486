/** What a house is told that asks for a command whose outcome it was told before: its log lost the acceptance, and got another. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EndpointId } from "@claw/events";
import { type FakeAppServer, startFakeAppServer } from "@claw/testkit";
import type { CommandFrame } from "@claw/wire";
import { afterEach, beforeEach, expect, it } from "vitest";
import { command, CommandingHouse, fence, outcome, outcomes, send, until } from "./acting.ts";
import { type Folder, makeFolder } from "./support.ts";
import { run, type Running } from "./watching.ts";

let folder: Folder;
let fake: FakeAppServer;
let house: CommandingHouse;
let running: Running;

beforeEach(async () => {
  folder = makeFolder();
  fake = await startFakeAppServer();
  house = await CommandingHouse.open();
  writeFileSync(join(folder.path, "token"), "token of the test");
  const endpoint = { endpointId: "local" as EndpointId, target: fake.target };
  running = await run(folder, [endpoint], { url: house.url });
  await house.welcomed();
});
afterEach(async () => {
  await running.stop();
  await house.close();
  await fake.stop();
  folder.remove();
});

const told = ({ commandId }: CommandFrame) => outcomes(running.told(), commandId);

/** The house takes what it was told; then the outbox is empty of it. */
const confirmed = (frame: CommandFrame): Promise<void> =>
  until("the outcome to be confirmed", () => {
    house.confirm();
    return told(frame).length === 0;
  });

let fences = 0;
/** Whatever was said to the host before this has been looked at when this is over. */
async function settled(): Promise<void> {
  fences += 1;
  const leaseId = `l${fences}`;
  house.say(fence("nobody-else", leaseId, fences));
  await running.until("the fence", (all) =>
    all.some(({ type, data }) => type === "lease.fenced" && "leaseId" in data && data.leaseId === leaseId),
  );
}

/** Nobody has the thread, so that the host says `unknown`, and goes on to look for it. */
const unknown = () => command("nobody", send());
async function succeeded(): Promise<CommandFrame> {
  const threadId = fake.createThread();
  fake.runTurn(threadId, "before");
  await running.until("the thread", (all) => all.some(({ type }) => type === "turn.completed"));
  return command(threadId, send());
}

it.each([
  ["that was done", succeeded, "command.succeeded"],
  ["of which nobody knows, while it is looked for", unknown, "command.unknown"],
])(
  "N1-005 of a command %s: the same again, once on each uplink, and nothing is called",
  async (_what, make, type) => {
    const frame = await make();
    house.say(frame);
    const first = await outcome(running, frame);
    expect(first.type).toBe(type);
    const calls = fake.calls.filter(({ method }) => method === "turn/start").length;
    house.say(frame, frame);
    await settled();
    expect(told(frame), "it is on its way").toHaveLength(1);
    await confirmed(frame);
    house.say(frame, { ...frame, remainingMs: 0 });
    await settled();
    expect(told(frame).map(({ type: word, data, body }) => ({ word, data, body }))).toEqual([
      { word: type, data: first.data, body: null },
    ]);
    await confirmed(frame);
    house.say(frame);
    await settled();
    expect(told(frame), "once on each uplink").toEqual([]);
    await confirmed(frame);
    house.cut();
    await house.welcomed(2);
    house.say(frame);
    await until("it on the next uplink", () => told(frame).length === 1);
    expect(fake.calls.filter(({ method }) => method === "turn/start")).toHaveLength(calls);
  },
);

it("N1-005 is told of it again as soon as it acknowledged it: what it lost since is not told by waiting for its ledger", async () => {
  const frame = unknown();
  house.say(frame);
  await outcome(running, frame);
  await until("it to be told again", () => {
    house.acknowledge();
    house.say(frame);
    return told(frame).length > 1;
  });
  house.acknowledge();
  house.say(frame);
  await settled();
  expect(told(frame)).toHaveLength(2);
});
