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

/** Where a house keeps its ledger: `log.db` on one machine, `ledger.db` of a projector in a fleet. */
export type LedgerFile = "log.db" | "ledger.db";

/** The sequences of one host's epoch that the ledger holds, in the order of the ledger. */
export function readLedger(
  houseDataDir: string,
  hostId: string,
  epoch: string,
  file: LedgerFile = "log.db",
): readonly number[] {
  const path = join(houseDataDir, file);
  const prefix = `host/${hostId}/${epoch}/`;
  return readRows<{ id: string }>(path, "SELECT id FROM entries WHERE id LIKE 'host/%' ORDER BY sequence")
    .filter(({ id }) => id.startsWith(prefix))
    .map(({ id }) => Number(id.slice(prefix.length)));
}

/** Every turn's end that the ledger holds, as lane/turn, in the order of the ledger. */
export function readTurnEnds(houseDataDir: string, file: LedgerFile = "log.db"): readonly string[] {
  const path = join(houseDataDir, file);
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

/** What hosts said became of a command, in the order of the ledger: never policy's word that it is overdue. */
export function readOutcomes(houseDataDir: string, commandId: string): readonly string[] {
  return readRows<{ envelope: string }>(
    join(houseDataDir, "log.db"),
    "SELECT envelope FROM entries WHERE lane LIKE 'session/%' ORDER BY sequence",
  )
    .flatMap(({ envelope }) => (JSON.parse(envelope) as Envelope).events)
    .filter(({ type, data }) => type.startsWith("command.") && data["commandId"] === commandId)
    .map(({ type }) => type);
}

export interface ChainLink {
  readonly position: number;
  readonly id: string;
  /** In hex. */
  readonly chain: string;
}

/** A fleet's ledger, entry by entry, as two of them are compared. */
export const readChain = (dataDir: string): readonly ChainLink[] =>
  readRows<ChainLink>(
    join(dataDir, "ledger.db"),
    "SELECT sequence AS position, id, hex(chain) AS chain FROM entries ORDER BY sequence",
  );

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
