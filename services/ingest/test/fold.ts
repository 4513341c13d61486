/** Folds what policy and hosts said into the registry's rows, as the log would. */
import {
  type By,
  DECIDED,
  type EntryId,
  type HostId,
  type Lane,
  type OpenEvent,
  readEvents,
  type Recorded,
  seal,
  stampEntry,
} from "@claw/events";
import { evolveRegistry, registryKeys, type RegistryRow } from "../src/domain/registry.ts";
import { AT, EPOCH, HOST, session } from "./given.ts";

export interface Said {
  readonly by: By;
  readonly lane: Lane;
  readonly events: readonly OpenEvent[];
}

export const policy = (...events: OpenEvent[]): Said => ({ by: { kind: "policy" }, lane: DECIDED, events });
export const host = (said: OpenEvent, lane = "s1", hostId: HostId = HOST): Said => ({
  by: { kind: "host", hostId, epoch: EPOCH, seq: 1 },
  lane: session(lane),
  events: [said],
});

export type Rows = ReadonlyMap<string, RegistryRow>;

/** Folds what was said, from rows on; `from` is the position of the first. */
export function fold(said: readonly Said[], rows: Rows = new Map(), from = 1): Map<string, RegistryRow> {
  const after = new Map(rows);
  said.forEach(({ by, lane, events }, index) => {
    const sealed = seal(lane, null, events, () => "22".repeat(16));
    const entry = stampEntry(sealed, { id: `x/${from + index}` as EntryId, by, at: AT + from + index });
    for (const read of readEvents({ entry })) {
      if (read.status !== "known") throw new Error(`not known: ${JSON.stringify(events)}`);
      const { id: entryId, at: recordedAt } = entry.envelope;
      const position = (from + index) as Recorded["position"];
      const recorded: Recorded = { position, entryId, lane, by, recordedAt, event: read.event };
      for (const key of registryKeys(recorded)) {
        const row = evolveRegistry(after.get(key), recorded, key);
        if (row !== undefined) after.set(key, row);
      }
    }
  });
  return after;
}
