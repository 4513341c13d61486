/** The open work of all hosts, by host and by name: an index over the registry's rows, in memory, kept up as the fold goes on. */
import type { HostId, Sequence } from "@claw/events";
import type { Fold } from "@claw/eventlog";
import { changesOf } from "./domain/dispatch.ts";
import type { RegistryRow } from "./domain/registry.ts";
import { nameOf, type Work, type WorkName, type WorkRow } from "./domain/work.ts";

export interface Worklist {
  readonly rows: Map<string, WorkRow>;
  readonly byName: Map<WorkName, Work>;
  readonly byHost: Map<HostId, Map<WorkName, Work>>;
  /** Open sends that a kill switch stopped: from then on their hosts are asked for them with nothing left, and no more with their text. */
  readonly stopped: Set<WorkName>;
  /** How far the fold was when the index was read from it last. */
  through: Sequence | 0;
}

export function makeWorklist(rows: Fold<RegistryRow>): Worklist {
  const list: Worklist = {
    rows: new Map(),
    byName: new Map(),
    byHost: new Map(),
    stopped: new Set(),
    through: rows.sequence(),
  };
  for (const [key, row] of rows.all()) if (row.kind === "work") takeRow(list, key, row);
  return list;
}

/** Takes a row as it is now, and gives what it opened. The same row again opens nothing. */
export function takeRow(list: Worklist, key: string, row: WorkRow): readonly Work[] {
  const change = changesOf(list.rows.get(key), row);
  list.rows.set(key, row);
  for (const work of change.ended) {
    list.byName.delete(nameOf(work));
    list.stopped.delete(nameOf(work));
    const ofHost = list.byHost.get(work.hostId);
    ofHost?.delete(nameOf(work));
    if (ofHost?.size === 0) list.byHost.delete(work.hostId);
  }
  for (const work of change.opened) {
    list.byName.set(nameOf(work), work);
    const ofHost = list.byHost.get(work.hostId) ?? new Map<WorkName, Work>();
    list.byHost.set(work.hostId, ofHost.set(nameOf(work), work));
  }
  return change.opened;
}

/** All that is open of a host, in no order. */
export const openOf = ({ byHost }: Worklist, hostId: HostId): Iterable<Work> =>
  byHost.get(hostId)?.values() ?? [];
