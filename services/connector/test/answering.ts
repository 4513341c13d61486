/** What tests of answers share: a host whose server a test moves, the house that commands it, a question that it was asked, and a person who answers. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { answerRequest, connect, resumeThread } from "@claw/codex-rpc";
import type { AnswerAct, EndpointId, Event } from "@claw/events";
import { type FakeAppServer, startFakeAppServer } from "@claw/testkit";
import type { CommandFrame } from "@claw/wire";
import { Effect, Stream } from "effect";
import { expect } from "vitest";
import { command, CommandingHouse, outcome, send, until } from "./acting.ts";
import { type Folder, makeFolder } from "./support.ts";
import { run, type Running } from "./watching.ts";

export type Asked = Extract<Event, { readonly type: "approval.requested" }>;

/** What a test writes of an answer; the rest is a decline by policy, of the question as it was told. */
type AnswerOver = Partial<AnswerAct> & { readonly text?: string; readonly remainingMs?: number };

/** A connector that can be stopped and begun again in its folder, on a server and with a house that stay. */
export class AnsweringHost {
  readonly folder: Folder;
  readonly fake: FakeAppServer;
  readonly house: CommandingHouse;
  running: Running;

  private constructor(folder: Folder, fake: FakeAppServer, house: CommandingHouse, running: Running) {
    this.folder = folder;
    this.fake = fake;
    this.house = house;
    this.running = running;
  }

  static async open(): Promise<AnsweringHost> {
    const folder = makeFolder();
    const fake = await startFakeAppServer();
    const house = await CommandingHouse.open();
    writeFileSync(join(folder.path, "token"), "token of the test");
    return new AnsweringHost(folder, fake, house, await begun(folder, fake, house));
  }

  async close(): Promise<void> {
    await this.stop();
    await this.house.close();
    await this.fake.stop();
    this.folder.remove();
  }

  async begin(): Promise<void> {
    this.running = await begun(this.folder, this.fake, this.house);
  }

  stop(): Promise<void> {
    return this.running.stop();
  }

  /** The first word about a command; waits for it. */
  outcome(frame: CommandFrame): Promise<Event> {
    return outcome(this.running, frame);
  }

  /** How many questions anybody answered. */
  replies(): number {
    return repliesTo(this.fake);
  }

  steers(): FakeAppServer["calls"] {
    return this.fake.calls.filter(({ method }) => method === "turn/steer");
  }

  async thread(options: Parameters<FakeAppServer["createThread"]>[0] = {}): Promise<string> {
    const id = this.fake.createThread({ approvalPolicy: "untrusted", ...options });
    await this.running.until("the thread", (told) => told.some(({ lane }) => lane === `session/${id}`));
    return id;
  }

  /** The question number `n` of a thread, counted from 1. */
  async question(threadId: string, n = 1): Promise<Asked> {
    await this.running.until("the question", (told) => askedIn(told, threadId).length >= n);
    const found = askedIn(this.running.told(), threadId)[n - 1];
    if (found === undefined) throw new Error("no question");
    return found;
  }

  /** A turn that a command of ours began, and which asks whether it may run something. */
  async ourQuestion(): Promise<{
    readonly threadId: string;
    readonly asked: Asked;
    readonly began: CommandFrame;
  }> {
    const threadId = await this.thread();
    const began = command(threadId, send(), { text: "SHELL true" });
    this.house.say(began);
    await this.outcome(began);
    return { threadId, asked: await this.question(threadId), began };
  }
}

async function begun(folder: Folder, fake: FakeAppServer, house: CommandingHouse): Promise<Running> {
  const before = house.welcomes;
  const endpoints = [{ endpointId: "local" as EndpointId, target: fake.target }];
  const running = await run(folder, endpoints, { url: house.url });
  await house.welcomed(before + 1);
  return running;
}

const repliesTo = (fake: FakeAppServer): number => fake.frames.filter(({ kind }) => kind === "reply").length;

/** The questions of a thread, in the order in which they were told. */
export const askedIn = (told: ReturnType<Running["told"]>, threadId: string): readonly Asked[] =>
  told.flatMap((event) =>
    event.type === "approval.requested" && event.lane === `session/${threadId}` ? [event] : [],
  );

/** Whether an event says that a question is over. */
export const closes = (asked: Asked) => (event: Event) =>
  event.type === "approval.resolved" && event.data.requestId === asked.data.requestId;

export const typed = (type: string, data: object = {}): unknown =>
  expect.objectContaining({ type, data: expect.objectContaining(data) });

/** The command that answers a question; a decline by policy unless the test says otherwise. */
export function answer(
  threadId: string,
  { data: { requestId, subjectDigest } }: Asked,
  over: AnswerOver = {},
  token?: Parameters<typeof command>[2],
): CommandFrame {
  const { text = null, remainingMs = 20_000, ...act } = over;
  const asked = { requestId, subjectDigest: subjectDigest ?? null };
  const whole: AnswerAct = { kind: "answer", ...asked, answer: "decline", by: "policy", ...act };
  return command(threadId, whole, { text, remainingMs, ...token });
}

/** What a person does in a terminal of theirs, who says yes to what a thread asks first, and stays until the server has read it. */
export const personAccepts = (fake: FakeAppServer, threadId: string): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const before = repliesTo(fake);
        const clientInfo = { name: "person", title: null, version: "0" };
        const connection = yield* connect(fake.target, { clientInfo });
        yield* resumeThread(connection, threadId);
        const asked = yield* Stream.runHead(
          Stream.filter(connection.inbox, (inbound) => inbound.kind === "request"),
        );
        const request = asked._tag === "Some" ? asked.value : null;
        if (request?.kind !== "request" || !request.known) throw new Error("nothing was asked");
        if (request.method !== "item/commandExecution/requestApproval") throw new Error(request.method);
        yield* answerRequest(connection, { request, result: { decision: "accept" } });
        yield* Effect.promise(() => until("the person's answer", () => repliesTo(fake) > before));
      }),
    ),
  );
