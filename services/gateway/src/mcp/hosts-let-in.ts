/** Which hosts may join: those with a token that is neither revoked nor over. Kept up by the tokens that changed, so that no call walks through all of them. */
import type { HostId } from "@claw/events";
import type { ViewReader } from "@claw/views";

export interface HostsLetIn {
  readonly has: (hostId: HostId) => boolean;
}

type Sight = () => Pick<ViewReader, "position" | "changedAfter">;

interface Standing {
  readonly until: number | null;
  readonly isRevoked: boolean;
}

interface Room {
  readonly reader: Sight;
  readonly byHost: Map<HostId, Map<string, Standing>>;
  /** Tokens are known up to here. */
  seen: number;
}

const PAGE_ROWS = 500;

export function makeHostsLetIn(reader: Sight, wallMs: () => number): HostsLetIn {
  const room: Room = { reader, byHost: new Map(), seen: 0 };
  return {
    has: (hostId) => {
      catchUp(room);
      const now = wallMs();
      return [...(room.byHost.get(hostId)?.values() ?? [])].some(
        ({ until, isRevoked }) => !isRevoked && (until === null || now < until),
      );
    },
  };
}

function catchUp(room: Room): void {
  const reader = room.reader();
  const standing = reader.position();
  if (standing === room.seen) return;
  // Views that are folded anew stand lower, and say all of it again.
  if (standing < room.seen) {
    room.byHost.clear();
    room.seen = 0;
  }
  for (;;) {
    const rows = reader.changedAfter(["tokens"], room.seen, PAGE_ROWS);
    for (const { view, key, row } of rows) {
      if (view !== "tokens" || !("hostId" in row) || !("revokedAt" in row) || row.hostId === null) continue;
      const ofHost = room.byHost.get(row.hostId) ?? new Map<string, Standing>();
      ofHost.set(key, { until: row.until, isRevoked: row.revokedAt !== null });
      room.byHost.set(row.hostId, ofHost);
    }
    room.seen = rows.at(-1)?.position ?? room.seen;
    if (rows.length < PAGE_ROWS) break;
  }
  room.seen = Math.max(room.seen, standing);
}
