/** What the registry's rows mean for uplinks that are open: a host's placement, and silences that another ingest saw in error. */
import type { HostId } from "@claw/events";
import type { FoldChange } from "@claw/eventlog";
import { Effect, Stream } from "effect";
import type { Switchboard } from "./board.ts";
import type { HostRow, RegistryRow, SessionRow } from "./domain/registry.ts";
import { figuresOf, say } from "./switchboard.ts";
import { healed } from "./watch.ts";

/** Rows that call a host silent which is connected here, by host; looked at again when the log had time to say otherwise. */
type Doubts = Map<HostId, Set<string>>;

/** How long a doubt rests before it is looked at: what ends a silence is on its way then. */
const DOUBT_MS = 1_000;

export const followRegister = (board: Switchboard): Effect.Effect<void> =>
  Effect.suspend(() => {
    const doubts: Doubts = new Map();
    const look = Effect.forever(
      Effect.delay(
        Effect.sync(() => resolveDoubts(board, doubts)),
        DOUBT_MS,
      ),
    );
    return Effect.raceFirst(readChanges(board, doubts), look);
  });

const readChanges = (board: Switchboard, doubts: Doubts): Effect.Effect<void> =>
  Effect.suspend(() => {
    let seen: FoldChange["through"] | null = null;
    return Stream.runForEach(board.register.rows.changes, (change) =>
      Effect.sync(() => {
        const isWhole = seen === null || change.after === seen;
        seen = change.through;
        const { rows } = board.register;
        for (const key of isWhole ? change.keys : rows.all().keys()) readRow(board, doubts, key);
      }),
    );
  });

function readRow(board: Switchboard, doubts: Doubts, key: string): void {
  const row = board.register.rows.get(key);
  if (row === undefined || !isHeard(row) || !board.byHost.has(row.hostId)) return;
  if (row.kind === "host") tellPlacement(board, row);
  if (!isSilentRow(row)) return;
  const keys = doubts.get(row.hostId) ?? new Set();
  doubts.set(row.hostId, keys.add(key));
}

const isHeard = (row: RegistryRow): row is HostRow | SessionRow =>
  row.kind === "host" || row.kind === "session";

const isSilentRow = (row: HostRow | SessionRow): boolean =>
  row.kind === "host" ? row.silent !== null : row.staledAs !== null;

/** What the welcome said may have changed since. */
function tellPlacement(board: Switchboard, { hostId, placement }: HostRow): void {
  const uplink = board.byHost.get(hostId);
  if (uplink === undefined || uplink.placement === placement) return;
  uplink.placement = placement;
  say(board, uplink, { type: "place", placement });
}

/** Looks only when all that this ingest wrote was folded. */
function resolveDoubts(board: Switchboard, doubts: Doubts): void {
  const { register, byHost, watch } = board;
  if (register.rows.sequence() < register.lastAppended) return;
  for (const [hostId, keys] of doubts) {
    const uplink = byHost.get(hostId);
    const isSilent = [...keys].some((key) => {
      const row = register.rows.get(key);
      return row !== undefined && isHeard(row) && isSilentRow(row);
    });
    if (uplink !== undefined && isSilent) healed(watch, hostId, figuresOf(uplink));
  }
  doubts.clear();
}
