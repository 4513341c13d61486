/** Whether what the servers acknowledge is on their disks. */
import { Effect } from "effect";
import { asObject, numberIn, objectIn } from "./answer.ts";
import type { NatsLink } from "./link.ts";

/** `proven` only if every server says that it syncs each write; else why not, in a sentence (RELIABILITY 3.1.1). */
export interface Durability {
  readonly state: "proven" | "best-effort";
  readonly reason: string;
}

const ALL_MS = 2_000;
/** Silence after the last answer at which all have spoken. */
const STALL_MS = 300;
const MOST_SERVERS = 64;

const bestEffort = (reason: string): Durability => ({ state: "best-effort", reason });

/** What one server says of itself. */
interface Said {
  readonly server: string;
  readonly syncsAlways: boolean;
  /** How many servers its cluster has. */
  readonly servers: number;
}

/** Asks all servers. The link's user must be of the system account; anybody else gets `best-effort`, because nothing is proven. Never fails. */
export const proveDurability = ({ connection }: Pick<NatsLink, "connection">): Effect.Effect<Durability> =>
  Effect.tryPromise(async () => {
    const answers = await connection.requestMany(
      "$SYS.REQ.SERVER.PING.JSZ",
      JSON.stringify({ config: true }),
      { strategy: "stall", stall: STALL_MS, maxWait: ALL_MS, maxMessages: MOST_SERVERS },
    );
    const said: Said[] = [];
    for await (const answer of answers) said.push(readSaid(objectIn(answer)));
    return judge(said);
  }).pipe(Effect.catch(() => Effect.succeed(bestEffort("The servers do not tell this key how they write."))));

function readSaid(answer: ReturnType<typeof objectIn>): Said {
  const data = asObject(answer?.["data"]);
  const name = asObject(answer?.["server"])?.["name"];
  return {
    server: typeof name === "string" ? name.slice(0, 64) : "a server",
    syncsAlways: asObject(data?.["config"])?.["sync_always"] === true,
    servers: numberIn(asObject(data?.["meta_cluster"]), "cluster_size") ?? 1,
  };
}

/** Pure. */
export function judge(said: readonly Said[]): Durability {
  if (said.length === 0) return bestEffort("The servers do not tell this key how they write.");
  const lazy = said.find(({ syncsAlways }) => !syncsAlways);
  if (lazy !== undefined)
    return bestEffort(`${lazy.server} does not sync each write: set sync_interval: always.`);
  const servers = Math.max(...said.map((one) => one.servers));
  if (said.length < servers) return bestEffort(`${said.length} of ${servers} servers say how they write.`);
  return { state: "proven", reason: "Every server syncs each write before it acknowledges it." };
}
