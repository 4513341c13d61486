/** A host without a Codex: it joins, stays alive, and tells facts that a test makes up. */
import type { TestHouse } from "./house.ts";
import { runClaw } from "./process.ts";
import { helloOf, newEpoch, rawFact, rawFacts, rawUplink, type RawUplink } from "./raw-uplink.ts";

export interface Teller {
  readonly tell: (lane: string, events: Parameters<typeof rawFact>[2]) => void;
  /** Once all of it is in the log. */
  readonly taken: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const BATCH = 64;
const BEAT_MS = 5_000;

/** `more` are arguments of `claw host add`. */
export async function newTeller(
  house: TestHouse,
  hostId: string,
  more: readonly string[] = [],
): Promise<Teller> {
  const added = await runClaw(["host", "add", hostId, ...more], {
    ...house.env,
    CLAW_URL: house.url,
    CLAW_TOKEN: house.token(),
  });
  const token = /printf %s (\S+) \|/.exec(added.stdout)?.[1] ?? "";
  const epoch = newEpoch();
  const facts: object[] = [];
  const uplink: RawUplink = await rawUplink(house.url, token);
  uplink.say(helloOf(hostId, epoch));
  await uplink.take("welcome");
  const beat = setInterval(() => uplink.say(heartbeat()), BEAT_MS);
  return {
    tell: (lane, events) => void facts.push(rawFact(facts.length + 1, lane, events)),
    taken: async () => {
      for (let from = 0; from < facts.length; from += BATCH) {
        const some = facts.slice(from, from + BATCH);
        uplink.say(rawFacts(epoch, ...some));
        await uplink.take("ack", ({ through }) => through >= from + some.length);
      }
    },
    close: async () => {
      clearInterval(beat);
      await uplink.close();
    },
  };
}

const heartbeat = () => ({
  type: "heartbeat",
  nonce: 1,
  at: Date.now(),
  outboxDepth: 0,
  oldestUnsentAgeMs: null,
  rttMs: null,
});
