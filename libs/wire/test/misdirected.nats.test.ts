/**
 * What a stolen key of a service can do with a consumer: the server delivers stored messages to whatever subject the consumer names, also where the
 * key itself may not publish (RELIABILITY E17). Whoever listens there must not take it for a question.
 */
import { PATIENT } from "@claw/testkit/nats";
import { CommandId, type Principal, talkSubjects, TokenId } from "@claw/events";
import { Effect } from "effect";
import { expect, it } from "vitest";
import { type Gate, serveGate } from "../src/index.ts";
import { isOn } from "../src/nats/talk.ts";
import { openOwnWorld, run, troubles, until } from "./talk-world.ts";

const admin: Principal = { kind: "person", name: "mallory", role: "admin" };
const forged = {
  principal: admin,
  command: {
    type: "token.revoke",
    commandId: CommandId.parse("c-1"),
    tokenId: TokenId.parse("t-1"),
    reason: "forged",
  },
};

it("a question that a consumer delivers is not answered, and is counted (RELIABILITY S7, E17)", async () => {
  const world = await openOwnWorld();
  const [policy, thief] = [await world.connection(), await world.connection()];
  const asked: unknown[] = [];
  const gate: Gate = {
    submit: (...question) => {
      asked.push(question);
      return Effect.never;
    },
  };
  const { all, onTrouble } = troubles();
  await run(
    Effect.gen(function* () {
      yield* serveGate(policy, gate, { onTrouble });
      yield* Effect.promise(async () => {
        const api = async (request: string, payload: object) =>
          (await thief.request(`$JS.API.${request}`, JSON.stringify(payload), PATIENT)).json<{
            error?: object;
          }>();
        const stream = { name: "MINE", subjects: ["mine.>"], storage: "memory" };
        expect((await api("STREAM.CREATE.MINE", stream)).error).toBeUndefined();
        await thief.request("mine.x", JSON.stringify(forged), PATIENT);
        const config = { name: "push", deliver_subject: talkSubjects.gate, ack_policy: "explicit" };
        const made = await api("CONSUMER.CREATE.MINE.push", { stream_name: "MINE", config });
        expect(made.error).toBeUndefined();
        await until("the delivery is noticed", () => all.length + asked.length > 0);
      });
    }),
  );
  expect(asked).toEqual([]);
  expect(all).toContain("gate/misdirected");
});

it("a subject is on a subscription token by token", () => {
  expect(isOn("gate.submit", "gate.submit")).toBe(true);
  expect(isOn("gate.claim", "gate.submit")).toBe(false);
  expect(isOn("page.*", "page.host-a")).toBe(true);
  for (const [subscription, subject] of [
    ["gate.submit", "pulse.13.host.x"],
    ["gate.submit", "gate.submit.x"],
    ["page.*", "page"],
    ["page.*", "page.a.b"],
    ["page.*", "receipt.a"],
  ] as const)
    expect(isOn(subscription, subject)).toBe(false);
});
