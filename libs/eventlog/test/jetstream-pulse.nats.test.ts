import { pulseSubject } from "@claw/events";
import { Effect, Fiber, Stream } from "effect";
import { expect, it } from "vitest";
import { type Beat, openJetStreamPulse } from "../src/index.ts";
import { givenClient, givenServer, held, linkTo, makeStreams, until } from "./nats.ts";

const beat = (n: number, id = "h1"): Beat => ({ kind: "host", id, at: 1_800_000_000_000 + n, value: { n } });

it("beats reach who follows, and the last of each thing is known (N1-046)", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const one = openJetStreamPulse(await held(linkTo(server, "one")));
  const other = openJetStreamPulse(await held(linkTo(server, "other")), { subject: "pulse.*.host.*" });
  const seen: Beat[] = [];
  const following = Effect.runFork(
    Stream.runForEach(other.follow(), (heard) => Effect.sync(() => seen.push(heard))),
  );
  await until("it listens", async () => {
    await Effect.runPromise(one.publish(beat(0, "h0")));
    return seen.length > 0;
  });
  seen.length = 0;
  for (let n = 1; n <= 5; n += 1) await Effect.runPromise(one.publish(beat(n)));
  await Effect.runPromise(one.publish({ ...beat(9), kind: "session", id: "s1" }));
  await until("all came", () => seen.filter(({ id }) => id === "h1").length === 5);
  expect(seen.filter(({ id }) => id === "h1")).toEqual([1, 2, 3, 4, 5].map((n) => beat(n)));
  expect(seen.filter(({ kind }) => kind === "session")).toEqual([]);
  await until(
    "the stream has it",
    async () => (await Effect.runPromise(other.last("host", "h1")))?.at === beat(5).at,
  );
  expect(await Effect.runPromise(one.last("host", "h2"))).toBeNull();
  await Effect.runPromise(Fiber.interrupt(following));
});

it("without the stream beats still reach who follows, and no last is known", async () => {
  const server = await givenServer();
  const pulse = openJetStreamPulse(await held(linkTo(server)));
  const first = Effect.runPromise(Stream.runHead(pulse.follow()));
  let isThere = false;
  void first.then(() => (isThere = true));
  await until("it came", async () => {
    await Effect.runPromise(pulse.publish(beat(1)));
    return isThere;
  });
  expect(await first).toMatchObject({ value: beat(1) });
  expect(await Effect.runPromise(pulse.last("host", "h1"))).toBeNull();
});

it("what is too large is dropped and counted, a slow follower loses the oldest, and a forged beat is nobody's", async () => {
  const server = await givenServer();
  const pulse = openJetStreamPulse(await held(linkTo(server)), { maxWaiting: 4 });
  await Effect.runPromise(pulse.publish({ ...beat(1), value: "x".repeat(70_000) }));
  expect((await Effect.runPromise(pulse.dropped)).oversized).toBe(1);
  const gate = { isOpen: false };
  const seen: number[] = [];
  const slow = Effect.runFork(
    Stream.runForEach(pulse.follow(), ({ at }) =>
      Effect.promise(async () => {
        seen.push(at);
        await until("the gate opens", () => gate.isOpen);
      }),
    ),
  );
  const client = await givenClient(server);
  await until("it listens", async () => {
    await Effect.runPromise(pulse.publish(beat(0)));
    return seen.length > 0;
  });
  client.publish(pulseSubject("host", "h9"), JSON.stringify(beat(99)));
  client.publish(pulseSubject("host", "h1"), "not json");
  await client.flush();
  for (let n = 1; n <= 20; n += 1) await Effect.runPromise(pulse.publish(beat(n)));
  await until("it was too slow", async () => (await Effect.runPromise(pulse.dropped)).slow >= 10);
  gate.isOpen = true;
  await until("the newest came", () => seen.at(-1) === beat(20).at);
  expect(seen).not.toContain(beat(99).at);
  await Effect.runPromise(Fiber.interrupt(slow));
  await expect(Effect.runPromise(pulse.publish({ ...beat(1), id: "h.>" }))).rejects.toThrow(RangeError);
});
