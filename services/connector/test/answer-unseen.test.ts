/** Answers whose end the connector did not see, because it or the server died first: nothing is said twice, and nothing is believed that was not looked up. */
import { join } from "node:path";
import { REDACTOR_VERSION } from "@claw/redact";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claim } from "../src/domain/fence.ts";
import { readMachineId } from "../src/outbox/identity.ts";
import { fence, outcomes } from "./acting.ts";
import { answer, AnsweringHost, closes, personAccepts, typed } from "./answering.ts";
import { open } from "./support.ts";

let host: AnsweringHost;
beforeEach(async () => {
  host = await AnsweringHost.open();
});
afterEach(() => host.close());

describe("an answer whose end was not seen", () => {
  it("is given again where the question is still open, and reaches Codex once", async () => {
    const { threadId, asked } = await host.ourQuestion();
    const frame = answer(threadId, asked, { text: "no" });
    await host.stop();
    claimed(frame);
    await host.begin();
    host.house.say(frame);
    expect(await host.outcome(frame)).toEqual(typed("command.succeeded", { mode: "answer" }));
    expect(host.replies()).toBe(1);
    // Whether the reason was said before is not known, so it is not said again.
    expect(host.steers()).toEqual([]);
    expect(outcomes(host.running.told(), frame.commandId)).toHaveLength(1);
  });

  it("is checked anew: a person may have come, and time may be over", async () => {
    const { threadId, asked } = await host.ourQuestion();
    const frame = answer(threadId, asked);
    const other = await host.ourQuestion();
    const late = answer(other.threadId, other.asked);
    await host.stop();
    claimed(frame);
    claimed(late);
    host.fake.runTurn(threadId, "I am here", null);
    await host.begin();
    host.house.say(frame, { ...late, remainingMs: 0 });
    expect(await host.outcome(frame)).toEqual(typed("command.failed", { code: "human_at_work" }));
    expect(await host.outcome(late)).toEqual(typed("command.expired"));
    expect(host.replies()).toBe(0);
  });

  it.each([
    ["accept", "command.succeeded"],
    ["decline", "command.failed"],
  ] as const)(
    "is read from the turn where the question is over: it was accepted, %s was asked",
    async (wish, type) => {
      const { threadId, asked } = await host.ourQuestion();
      const frame = answer(threadId, asked, { answer: wish });
      await host.stop();
      claimed(frame);
      await personAccepts(host.fake, threadId);
      await host.begin();
      host.house.say(frame);
      expect(await host.outcome(frame)).toEqual(typed(type));
      expect(host.replies()).toBe(1);
    },
  );

  it("that a server never read is given again when it is back", async () => {
    const { threadId, asked } = await host.ourQuestion();
    host.fake.freeze();
    const frame = answer(threadId, asked, { by: "person" });
    host.house.say(frame);
    // A reply is written as soon as the claim is, and both before what came behind it is told.
    const other = fence("another-session", "l1", 1);
    host.house.say(other);
    await host.running.until("what came behind it", (told) =>
      told.some(({ type }) => type === "lease.fenced"),
    );
    await host.fake.die();
    await host.running.until("the loss", (told) => told.some(closes(asked)));
    await host.fake.comeBack();
    expect(await host.outcome(frame)).toEqual(typed("command.succeeded", { mode: "answer" }));
    expect(host.replies()).toBe(1);
    expect(outcomes(host.running.told(), frame.commandId)).toHaveLength(1);
  });
});

/** What a connector left behind that died right after its claim. */
function claimed(frame: ReturnType<typeof answer>): void {
  const path = join(host.folder.path, "connector");
  const outbox = open({ path, remove: () => {} }, { machineId: readMachineId(), redactor: REDACTOR_VERSION });
  const { commandId, instruction } = frame;
  const kept = outbox.commands.kept(commandId, instruction.sessionId);
  const turnId = outbox.session(instruction.sessionId)?.approvals.at(-1)?.turnId ?? null;
  outbox.commands.write(claim(kept, { ...frame, text: null }, { mode: "answer", turnId, after: null }));
  outbox.close();
}
