/** A wire that breaks while the server lives: consumers go on there and speak to nobody, and acknowledgements are lost. */
import { once } from "node:events";
import { connect as dial, createServer, type Socket } from "node:net";
import { Effect, Fiber, Stream } from "effect";
import { expect, it, onTestFinished } from "vitest";
import { givenEntry, givenLane } from "../src/contract/index.ts";
import { givenServer, held, makeStreams, openOn, until } from "./nats.ts";
import { testScale } from "./temporary.ts";

const CUTS = 8 * testScale;

/** A way to a server that can be cut: what is under way in either direction is gone. */
async function givenWire(port: number) {
  const sockets = new Set<Socket>();
  const proxy = createServer((near) => {
    const far = dial(port, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on("error", () => one.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    proxy.close();
    cut();
  });
  const address = proxy.address();
  return {
    cut,
    url: `nats://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
  };
}

it(
  `after ${CUTS} cuts of the wire under load a follower saw no gap and no repeat, and every entry is there once, in its writer's order (N1-005, N1-006)`,
  { timeout: 60_000 + CUTS * 10_000 },
  async () => {
    const server = await givenServer();
    await makeStreams(server);
    const wire = await givenWire(server.port);
    const writer = await held(openOn(wire, "writer"));
    const reader = await held(openOn(wire, "reader"));
    const followed: string[] = [];
    const following = Effect.runFork(
      Stream.runForEach(reader.follow(0), ({ sequence, entry }) =>
        Effect.sync(() => followed.push(`${sequence} ${entry.envelope.id}`)),
      ),
    );
    const load = { isOver: false, appended: 0 };
    const batch = (from: number) =>
      Array.from({ length: 400 }, (_, n) => ({
        entry: givenEntry({ id: `test/${from + n}`, lane: givenLane(`s${n % 3}`) }),
      }));
    const writing = Effect.runPromise(
      Effect.gen(function* () {
        while (!load.isOver) {
          yield* Effect.all(
            [writer.append(batch(load.appended)), writer.append(batch(load.appended + 400))],
            {
              concurrency: "unbounded",
            },
          );
          load.appended += 800;
        }
      }),
    );
    for (let n = 0; n < CUTS; n += 1) {
      const [appended, seen] = [load.appended, followed.length];
      await until("both go on", () => load.appended > appended && followed.length > seen);
      wire.cut();
    }
    load.isOver = true;
    await writing;
    await until("the follower is there", () => followed.length >= load.appended);
    await Effect.runPromise(Fiber.interrupt(following));
    expect(followed).toEqual(Array.from({ length: load.appended }, (_, n) => `${n + 1} test/${n}`));
  },
);

it("a server that hangs for a while and then answers all at once stores nothing twice", async () => {
  const server = await givenServer();
  await makeStreams(server);
  const log = await held(openOn(server));
  const drafts = Array.from({ length: 300 }, (_, n) => ({ entry: givenEntry({ id: `test/${n}` }) }));
  process.kill(server.pid(), "SIGSTOP");
  const appending = Effect.runPromise(log.append(drafts));
  const since = performance.now();
  await until("it was silent for longer than a publisher waits", () => performance.now() - since > 4_000);
  process.kill(server.pid(), "SIGCONT");
  const statuses = new Set((await appending).map(({ status }) => status));
  expect([...statuses].every((status) => status === "appended" || status === "duplicate")).toBe(true);
  const read = await Effect.runPromise(Stream.runCollect(log.read({ after: 0 })));
  expect(read.map(({ entry }) => entry.envelope.id)).toEqual(drafts.map(({ entry }) => entry.envelope.id));
});
