/** What the gateway tells Prometheus of the fleet (N1-035): worked out when somebody asks, from the rows that every request reads. */
import { gauge, gauges, histogram } from "@claw/runtime";
import type { CommandRow, PageAsk, PageOf, ViewReader } from "@claw/views";
import type { House } from "../ports.ts";
import {
  attentionFigures,
  hostFigures,
  oldestFigures,
  secondsSince,
  sessionFigures,
  tokenFigures,
} from "./figures.ts";

type Measured = Pick<House, "metrics" | "reader" | "clocks" | "fleet">;

/** Hosts and leases are counted up to here: twice what one house holds (N1-046). */
const MAX_PAGES = 4;
const PAGE = 500;

/** Registers the figures. What is returned is to be called once a second: it looks which commands have come to their end since. */
export function measureFleet({ metrics, reader, clocks, fleet }: Measured): () => void {
  const now = clocks.wallMs;
  gauges(metrics, "claw_fleet_sessions", "Sessions and registered runtimes.", ["state", "group"], () =>
    sessionFigures(fleet.lines()),
  );
  gauges(
    metrics,
    "claw_fleet_tokens",
    "Tokens that sessions used so far, as Codex counts them; of those that are known now.",
    ["group"],
    () => tokenFigures(fleet.lines()),
  );
  gauges(metrics, "claw_fleet_attention", "What needs somebody now.", ["kind"], () =>
    attentionFigures(fleet.lines()),
  );
  gauges(
    metrics,
    "claw_fleet_attention_oldest_seconds",
    "How long the oldest item has waited; of the kind waiting these are Codex's questions.",
    ["kind"],
    () => oldestFigures(fleet.lines(), now()),
  );
  gauges(metrics, "claw_fleet_hosts", "Hosts by whether they are heard.", ["freshness"], () =>
    hostFigures(several((page) => reader().hosts(page))),
  );
  gauge(metrics, "claw_fleet_policies", "Egress policies that count.", () => fleet.policies().length);
  gauge(metrics, "claw_registry_available", "1 while the views follow the log.", () =>
    Number(fleet.isAvailable()),
  );
  const leases = () => several((page) => reader().leases({ state: "inForce" }, page));
  gauge(metrics, "claw_leases_in_force", "Write leases in force.", () => leases().length);
  gauge(metrics, "claw_lease_oldest_seconds", "How long the oldest write lease has been in force.", () =>
    leases().reduce((most, { grantedAt }) => Math.max(most, secondsSince(grantedAt, now())), 0),
  );
  return measureCommands({ metrics, reader });
}

function several<Row>(read: (page: PageAsk) => PageOf<Row>): readonly Row[] {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const found: PageOf<Row> = read({ limit: PAGE, cursor });
    rows.push(...found.rows);
    cursor = found.nextCursor;
    if (cursor === null) break;
  }
  return rows;
}

/** Commands whose end was counted already, as many as may change again: a row changes with its turn as well. */
const MAX_COUNTED = 10_000;
const WORDS = ["succeeded", "failed", "expired", "unknown", "collided"] as const;

interface Counting {
  readonly counted: Set<string>;
  readonly observe: (row: CommandRow) => void;
  /** Null until the first look: what ended before this gateway began is not counted anew. */
  seen: number | null;
}

function measureCommands({ metrics, reader }: Pick<Measured, "metrics" | "reader">): () => void {
  const seconds = histogram(metrics, "claw_command_outcome_seconds", "From a decision to its outcome.", {
    outcome: WORDS,
  });
  const counting: Counting = {
    counted: new Set(),
    seen: null,
    observe: ({ decidedAt, outcome }) => {
      if (outcome !== null)
        seconds.observe({ outcome: outcome.word }, Math.max(0, outcome.at - decidedAt) / 1_000);
    },
  };
  return () => look(counting, reader());
}

/** At most a page at a time: what is left is looked at a second later. */
function look(counting: Counting, reader: Pick<ViewReader, "position" | "changedAfter">): void {
  const standing = reader.position();
  if (counting.seen === null || standing <= counting.seen) {
    counting.seen = standing;
    return;
  }
  const changed = reader.changedAfter(["commands"], counting.seen, PAGE);
  for (const { key, row } of changed) count(counting, key, row as CommandRow);
  counting.seen = changed.length < PAGE ? standing : (changed.at(-1)?.position ?? standing);
}

function count({ counted, observe }: Counting, key: string, row: CommandRow): void {
  if (row.outcome === null || counted.has(key)) return;
  observe(row);
  counted.add(key);
  const [oldest] = counted;
  if (counted.size > MAX_COUNTED && oldest !== undefined) counted.delete(oldest);
}
