/** What a kill test looks at afterwards: the outbox, the ledger and the app-server's own word, each read by itself. */
import { join } from "node:path";
import { type Connection, listTurns } from "@claw/codex-rpc";
import type { Envelope } from "@claw/events";
import Database from "better-sqlite3";
import { Effect } from "effect";

const readRows = <Row>(path: string, sql: string): readonly Row[] => {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare<[], Row>(sql).all();
  } finally {
    db.close();
  }
};

export interface OutboxWord {
  readonly epoch: string;
  /** The last sequence that was ever given out. */
  readonly lastSeq: number;
  readonly waiting: number;
}

export function readOutbox(connectorDataDir: string): OutboxWord {
  const path = join(connectorDataDir, "connector", "outbox.db");
  const [meta] = readRows<{ value: string }>(path, "SELECT value FROM meta WHERE key = 'epoch'");
  const [last] = readRows<{ seq: number }>(path, "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'");
  const [waiting] = readRows<{ n: number }>(path, "SELECT count(*) AS n FROM outbox");
  return { epoch: meta?.value ?? "", lastSeq: last?.seq ?? 0, waiting: waiting?.n ?? 0 };
}

/** The sequences of one host's epoch that the ledger holds, in the order of the ledger. */
export function readLedger(houseDataDir: string, hostId: string, epoch: string): readonly number[] {
  const path = join(houseDataDir, "log.db");
  const prefix = `host/${hostId}/${epoch}/`;
  return readRows<{ id: string }>(path, "SELECT id FROM entries WHERE id LIKE 'host/%' ORDER BY sequence")
    .filter(({ id }) => id.startsWith(prefix))
    .map(({ id }) => Number(id.slice(prefix.length)));
}

/** Every turn's end that the ledger holds, as lane/turn, in the order of the ledger. */
export function readTurnEnds(houseDataDir: string): readonly string[] {
  const path = join(houseDataDir, "log.db");
  return readRows<{ envelope: string }>(
    path,
    "SELECT envelope FROM entries WHERE lane LIKE 'session/%' ORDER BY sequence",
  )
    .map(({ envelope }) => JSON.parse(envelope) as Envelope)
    .flatMap(({ lane, events }) =>
      events
        .filter(({ type }) => type === "turn.completed")
        .map(({ data }) => `${lane}/${String(data["turnId"])}`),
    );
}

export interface PersistedTurn {
  readonly id: string;
  readonly status: string;
  readonly itemIds: readonly string[];
}

/** Every turn of a thread as the app-server persisted it, oldest first. */
export async function readPersisted(
  connection: Connection,
  threadId: string,
): Promise<readonly PersistedTurn[]> {
  const turns: PersistedTurn[] = [];
  for (let cursor: string | null = null; ;) {
    const page: Effect.Success<ReturnType<typeof listTurns>> = await Effect.runPromise(
      listTurns(connection, { threadId, limit: 100, itemsView: "full", cursor }),
    );
    for (const { id, status, items } of page.data)
      turns.unshift({ id, status, itemIds: items.map((item) => item.id) });
    cursor = page.nextCursor;
    if (cursor === null) return turns;
  }
}
