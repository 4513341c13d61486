/** Older pages over a real server: the ingest that holds the host answers, the others keep still. */
import { PATIENT } from "@claw/testkit/nats";
import { EndpointId, HostId, type SealedEvent, SessionId } from "@claw/events";
import type { NatsConnection } from "@nats-io/transport-node";
import { Deferred, Effect } from "effect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askPages,
  type HistoryPage,
  type PageRequest,
  type Pages,
  PageUnavailable,
  servePages,
} from "../src/index.ts";
import { begin, openOwnWorld, openWorld, run, type TalkWorld, troubles } from "./talk-world.ts";

const host = (n: number): HostId => HostId.parse(`h${n}`);
const asked = (n = 1): PageRequest => ({
  hostId: host(n),
  endpointId: EndpointId.parse("main"),
  sessionId: SessionId.parse("thread-1"),
  cursor: null,
  limit: 20,
});
const event: SealedEvent = {
  type: "session.reopened",
  v: 1,
  at: 1_800_000_000_000,
  data: {},
  body: "0".repeat(64),
};
const pageOf = (bytes: number, times = 1): HistoryPage => ({
  events: Array.from({ length: times }, () => event),
  bodies: Array.from({ length: times }, () => ({
    salt: "ab".repeat(16),
    json: JSON.stringify("x".repeat(bytes)),
  })),
  nextCursor: "older",
});
const giving = (page: HistoryPage): Pages => ({ read: () => Effect.succeed(page) });

let world: TalkWorld;
let [a, b, gateway]: NatsConnection[] = [];
const at = (connection: NatsConnection | undefined): NatsConnection => connection as NatsConnection;
beforeAll(async () => {
  world = await openWorld();
  [a, b, gateway] = [await world.connection(), await world.connection(), await world.connection()];
});
afterAll(() => world.end());

const reasonOf = (pages: Pages, request = asked()) =>
  Effect.map(Effect.flip(pages.read(request)), ({ reason }) => reason);

describe("a page through NATS", () => {
  it("comes from the ingest that holds the host", async () => {
    const pages = askPages(at(gateway));
    const both = await run(
      Effect.gen(function* () {
        yield* servePages(at(a), giving(pageOf(10)), (hostId) => hostId === "h1");
        yield* servePages(at(b), giving(pageOf(20)), (hostId) => hostId === "h2");
        return yield* Effect.all([pages.read(asked(1)), pages.read(asked(2))], { concurrency: 2 });
      }),
    );
    expect(both).toEqual([pageOf(10), pageOf(20)]);
  });

  it("why there is none travels", async () => {
    const busy: Pages = { read: () => Effect.fail(new PageUnavailable({ reason: "busy" })) };
    expect(
      await run(
        Effect.andThen(
          servePages(at(a), busy, () => true),
          reasonOf(askPages(at(gateway))),
        ),
      ),
    ).toBe("busy");
  });

  it("nobody who holds the host: away", async () => {
    const pages = askPages(at(gateway), { timeoutMs: 100 });
    expect(await run(reasonOf(pages))).toBe("host_away");
    expect(
      await run(
        Effect.andThen(
          servePages(at(a), giving(pageOf(1)), () => false),
          reasonOf(pages),
        ),
      ),
    ).toBe("host_away");
  });

  it("an ingest that stops while it asks its host says so", async () => {
    const begun = Deferred.makeUnsafe<void>();
    const slow: Pages = { read: () => Effect.andThen(Deferred.succeed(begun, undefined), Effect.never) };
    const stop = await begin(servePages(at(a), slow, () => true));
    const reason = run(reasonOf(askPages(at(gateway))));
    await Effect.runPromise(Deferred.await(begun));
    await stop();
    expect(await reason).toBe("host_away");
  });

  it("one that is larger than the server takes is refused as such, and the connection lives", async () => {
    const { all, onTrouble } = troubles();
    const pages = askPages(at(gateway));
    const sizes = await run(
      Effect.gen(function* () {
        yield* servePages(at(a), giving(pageOf(250_000, 4)), (hostId) => hostId === "h1", { onTrouble });
        yield* servePages(at(b), giving(pageOf(250_000, 5)), (hostId) => hostId === "h2", { onTrouble });
        const fits = yield* pages.read(asked(1));
        return [fits.events.length, yield* reasonOf(pages, asked(2))];
      }),
    );
    expect(sizes).toEqual([4, "too_large"]);
    expect(all).toEqual(["pages/too_large"]);
  });

  it("on a server with smaller messages too", async () => {
    const small = await openOwnWorld({ config: "max_payload: 65536" });
    const [ingest, asker] = [await small.connection(), await small.connection()];
    expect(
      await run(
        Effect.andThen(
          servePages(ingest, giving(pageOf(70_000)), () => true),
          reasonOf(askPages(asker)),
        ),
      ),
    ).toBe("too_large");
  });

  it("asked in another host's name, or in no shape, it is not given", async () => {
    const { all, onTrouble } = troubles();
    await run(
      Effect.gen(function* () {
        yield* servePages(at(a), giving(pageOf(1)), () => true, { onTrouble });
        for (const text of [JSON.stringify(asked(2)), "{}", "{", JSON.stringify({ ...asked(), limit: 51 })]) {
          const reply = yield* Effect.promise(() => at(gateway).request("page.h1", text, PATIENT));
          expect(reply.json()).toEqual({ status: "unavailable", reason: "unreadable" });
        }
      }),
    );
    expect(all).toEqual(["pages/malformed", "pages/malformed", "pages/malformed"]);
  });

  it("an answer of no shape is no page", async () => {
    const liar = at(a).subscribe("page.*", {
      callback: (_error, message) => void message.respond('{"status":"page"}'),
    });
    await at(a).flush();
    expect(await run(reasonOf(askPages(at(gateway))))).toBe("unreadable");
    liar.unsubscribe();
  });
});
