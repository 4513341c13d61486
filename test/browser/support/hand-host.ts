/** A host by hand: whatever facts a test wants, told in batches over a real uplink. */
import { type OpenEvent } from "@claw/events";
import type { TestHouse } from "../../acceptance/support/house.ts";
import { runClaw } from "../../acceptance/support/process.ts";
import { helloOf, newEpoch, rawFact, rawFacts, rawUplink } from "../../acceptance/support/raw-uplink.ts";

/** Facts that are sent before their acknowledgement is waited for. */
const BATCH = 25;

export interface HandHost {
  /** Tells these facts, each on its lane, and waits until ingest has acknowledged them. */
  readonly tell: (facts: readonly (readonly [lane: string, events: readonly OpenEvent[]])[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Adds the host to the house and connects as it. */
export async function makeHandHost(house: TestHouse, hostId: string): Promise<HandHost> {
  const env = { ...house.env, CLAW_URL: house.url, CLAW_TOKEN: house.token() };
  const added = await runClaw(["host", "add", hostId], env);
  const token = /printf %s (\S+) \|/.exec(added.stdout)?.[1];
  if (token === undefined) throw new Error(`claw host add: ${added.stderr}`);
  const uplink = await rawUplink(house.url, token);
  const epoch = newEpoch();
  uplink.say(helloOf(hostId, epoch));
  await uplink.take("welcome");
  let seq = 0;
  return {
    tell: async (facts) => {
      for (let from = 0; from < facts.length; from += BATCH) {
        const batch = facts.slice(from, from + BATCH);
        uplink.say(rawFacts(epoch, ...batch.map(([lane, events], n) => rawFact(seq + n + 1, lane, events))));
        seq += batch.length;
        const last = seq;
        await uplink.take("ack", ({ through }) => through >= last);
      }
    },
    close: uplink.close,
  };
}
