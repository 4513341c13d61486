/** The board: what all uplinks share, and what waits for the loops beside them. */
import type { HostId } from "@claw/events";
import type { Beat } from "@claw/eventlog";
import type { Clocks, Diagnostics } from "@claw/runtime";
import type { UplinkOpened } from "@claw/wire";
import type { Latch, Queue } from "effect";
import type { Attempts } from "./attempts.ts";
import type { Bucket } from "./domain/bucket.ts";
import type { EpochDay } from "./domain/epochs.ts";
import type { Pace } from "./domain/pace.ts";
import type { Figures } from "./figures.ts";
import type { Hole } from "./holes.ts";
import type { IngestLimits } from "./limits.ts";
import type { Line } from "./line.ts";
import type { Register } from "./register.ts";
import type { IngestSettings } from "./settings.ts";
import type { Uplink } from "./uplink.ts";
import type { Watch } from "./watch.ts";

/** What another ingest said of a host's uplink, and when we heard it. */
export interface Elsewhere {
  readonly opened: UplinkOpened;
  readonly heardMonoMs: number;
}

export interface Switchboard {
  /** Names this ingest among all that run. */
  readonly ingestId: string;
  readonly houseVersion: string;
  readonly clocks: Clocks;
  readonly settings: IngestSettings;
  readonly limits: IngestLimits;
  /** What hosts are told of the MCP server's address. */
  readonly mcpUrl: () => string | null;
  readonly diagnostics: Diagnostics;
  readonly register: Register;
  readonly watch: Watch;
  readonly figures: Figures;
  readonly attempts: Attempts;
  readonly open: Set<Uplink>;
  /** The welcomed uplink of each host: at most one. */
  readonly byHost: Map<HostId, Uplink>;
  /** The newest uplink of each host that others told of. */
  readonly elsewhere: Map<HostId, Elsewhere>;
  readonly lines: Set<Line>;
  readonly arrived: Latch.Latch;
  /** Uplinks that said hello and wait for their welcome. Bounded by the uplinks that may be open. */
  readonly hellos: Queue.Queue<Uplink>;
  /** What is true only now. Sliding: the oldest is lost first. */
  readonly beats: Queue.Queue<Beat>;
  /** Uplinks that were welcomed and of which the other ingests are to hear. Sliding. */
  readonly tellings: Queue.Queue<UplinkOpened>;
  /** Uplinks for which work waits, each once. Bounded by the uplinks that may be open. */
  readonly errands: Queue.Queue<Uplink>;
  /** Holes that were found. Sliding: a host that is welcomed again shows its hole again. */
  readonly holes: Queue.Queue<Hole>;
  readonly paces: Map<HostId, Pace>;
  readonly epochs: Map<HostId, EpochDay>;
  /** Hosts of whose version somebody was told. */
  readonly warned: Set<HostId>;
  readonly welcomesOf: Map<HostId, Bucket>;
}
