/** What was shared, by the session that it is about. Kept up by what changed, so that no request walks through all of it. */
import type { ShareRow, SharingRow, ViewReader } from "@claw/views";

export interface SharingNow {
  /** Shares of this session or of this owner, and who broke its glass, whatever their end; what was taken back is left out. `names` are the session's. */
  readonly about: (names: readonly string[], owner: string | null) => readonly SharingRow[];
}

type Reader = () => Pick<ViewReader, "position" | "changedAfter">;

interface Kept {
  readonly byKey: Map<string, SharingRow>;
  /** Keys by what they are about. */
  readonly about: Map<string, Set<string>>;
  /** Shares are known up to here. */
  seen: number;
}

const PAGE_ROWS = 500;

/** Reads shares once, and then what came since. */
export function makeSharingNow(reader: Reader): SharingNow {
  const kept: Kept = { byKey: new Map(), about: new Map(), seen: 0 };
  return {
    about: (names, owner) => {
      catchUp(kept, reader());
      const places = [...names.map(ofSession), ...(owner === null ? [] : [ofOwner(owner)])];
      const keys = places.flatMap((place) => [...(kept.about.get(place) ?? [])]);
      return [...new Set(keys)].flatMap((key) => kept.byKey.get(key) ?? []);
    },
  };
}

const ofSession = (id: string): string => `session/${id}`;
const ofOwner = (owner: string): string => `owner/${owner}`;

const placeOf = (row: SharingRow): string =>
  row.kind === "glass" ? ofSession(row.sessionId) : placeOfShare(row);
const placeOfShare = ({ scope, id }: ShareRow): string => (scope === "session" ? ofSession(id) : ofOwner(id));

function catchUp(kept: Kept, reader: ReturnType<Reader>): void {
  const standing = reader.position();
  if (standing === kept.seen) return;
  // Views that are folded anew stand lower, and say all of it again.
  if (standing < kept.seen) {
    kept.byKey.clear();
    kept.about.clear();
    kept.seen = 0;
  }
  for (;;) {
    const rows = reader.changedAfter(["shares"], kept.seen, PAGE_ROWS);
    for (const { key, row } of rows) put(kept, key, row as SharingRow);
    kept.seen = rows.at(-1)?.position ?? kept.seen;
    if (rows.length < PAGE_ROWS) break;
  }
  kept.seen = Math.max(kept.seen, standing);
}

/** What one key is about never changes: the key is made of it. */
function put({ byKey, about }: Kept, key: string, row: SharingRow): void {
  const place = placeOf(row);
  const keys = about.get(place) ?? new Set<string>();
  if (row.kind === "share" && row.level === null) {
    byKey.delete(key);
    keys.delete(key);
  } else {
    byKey.set(key, row);
    keys.add(key);
  }
  if (keys.size === 0) about.delete(place);
  else about.set(place, keys);
}
