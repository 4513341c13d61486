/** The same in a bucket of NATS: killed before and after each word to the server and each answer, between two pieces of an object as well (X1-036, X1-037). */
import { ARCHIVE_BUCKET, ensureBucket, openNatsObjects } from "@claw/archives";
import { connectNats } from "@claw/eventlog";
import { PATIENT, startNatsServer } from "@claw/testkit/nats";
import { Effect, Stream } from "effect";
import { expect, onTestFinished, test } from "vitest";
import {
  begin,
  expectWhole,
  type Finalised,
  killThrough,
  type Lives,
  temporaryFolder,
} from "./archive-lives.ts";

/** By hand a few steps, where everything is run each. */
const STRIDE = Number(process.env["CLAW_TEST_SCALE"] ?? 1) > 1 ? 1 : 19;
/** Of the object store's pieces (@claw/archives). */
const CHUNK_BYTES = 131_072;

/** Long enough for several pieces of events and of transcript. */
const WORDS = Array.from({ length: 12 }, (_, n) => `${n} `.repeat(8_000));

const messagesOf = (parts: Finalised["parts"]): number =>
  Object.values(parts).reduce((sum, { bytes }) => sum + 1 + Math.ceil(bytes / CHUNK_BYTES), 0);

async function given(url: string) {
  const linked = <A, E>(work: (link: Parameters<typeof openNatsObjects>[0]) => Effect.Effect<A, E>) =>
    Effect.runPromise(Effect.scoped(Effect.flatMap(connectNats({ url, name: "test" }), work)));
  await linked((link) => ensureBucket(link, ARCHIVE_BUCKET));
  const read: Lives["read"] = (key) =>
    linked((link) =>
      Effect.map(Stream.runCollect(openNatsObjects(link, ARCHIVE_BUCKET).get(key)), (pieces) =>
        Buffer.concat(pieces),
      ),
    );
  /** After two looks at what nobody names: what a life that was killed left goes at the second. */
  const messagesLeft = (): Promise<number> =>
    linked((link) =>
      Effect.gen(function* () {
        const store = openNatsObjects(link, ARCHIVE_BUCKET);
        yield* store.sweep;
        yield* store.sweep;
        const subject = `$JS.API.STREAM.INFO.OBJ_${ARCHIVE_BUCKET}`;
        const info = yield* Effect.promise(() => link.connection.request(subject, "", PATIENT));
        return info.json<{ readonly state: { readonly messages: number } }>().state.messages;
      }),
    );
  return { read, messagesLeft };
}

test(
  "X1-036 X1-037: killed at each step of putting objects into a bucket, it goes on from there; no archive is recorded that is not whole, and no piece is left over",
  { timeout: 1_800_000 },
  async () => {
    const server = await startNatsServer();
    onTestFinished(() => server.remove());
    const folder = temporaryFolder();
    const { read, messagesLeft } = await given(server.url);
    const lives = { folder, url: server.url, stride: STRIDE, read };
    const events = await begin(folder, WORDS);
    expect(await killThrough(lives, 1, "last")).toBeGreaterThan(30);
    const { finalised, isDeleted } = await expectWhole(lives);
    const last = finalised.at(-1);
    expect([isDeleted, last]).toMatchObject([false, { isFinal: true, events }]);
    if (last === undefined) throw new Error("nothing was finalised");
    expect(last.parts.events.bytes).toBeGreaterThan(CHUNK_BYTES);
    expect(await messagesLeft()).toBe(messagesOf(last.parts));
    await killThrough(lives, 400, "deleted");
    expect((await expectWhole(lives)).isDeleted).toBe(true);
    expect(await messagesLeft()).toBe(0);
  },
);
