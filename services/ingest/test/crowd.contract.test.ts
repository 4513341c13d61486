/** One token in the wrong hands. */
import type { Epoch } from "@claw/events";
import { Effect } from "effect";
import { expect, it } from "vitest";
import { addHost, connectHost, hello, memoryLog, run, startHouse, temporaryFolder } from "./house.ts";

const EPOCH = "ab".repeat(16) as Epoch;

it("whoever opens sockets with one host's token and says nothing takes no other host's place (S14)", () =>
  run(
    Effect.gen(function* () {
      const log = yield* memoryLog;
      const taken = yield* addHost(log, "h1");
      const honest = yield* addHost(log, "h2");
      const { url } = yield* startHouse({ log, dataDir: yield* temporaryFolder });
      yield* Effect.promise(async () => {
        const crowd = await Promise.all(Array.from({ length: 16 }, () => connectHost(url, taken.bearer)));
        await expect(connectHost(url, taken.bearer)).rejects.toThrow("503");
        const host = await connectHost(url, honest.bearer);
        host.say(hello("h2", EPOCH));
        await host.take("welcome");
        for (const socket of [...crowd, host]) socket.drop();
      });
    }),
  ));
