/** The archives of a fleet: a bucket beside the log, which the keeper makes and the projector of record fills and empties (ADR 0014). */
import { ARCHIVE_BUCKET, ensureBucket, openNatsObjects } from "@claw/archives";
import type { Ledger, NatsLink } from "@claw/eventlog";
import { position } from "@claw/events";
import {
  type ArchivePatience,
  archiveRowsOf,
  makeArchivist,
  type Projector,
  type Replication,
} from "@claw/projector";
import { askClaims, type TalkOptions } from "@claw/wire";
import { Effect } from "effect";
import type { Shell } from "./shell.ts";

export interface FleetArchiving {
  readonly link: NatsLink;
  /** Null on a machine without the keeper's key, which is never of record. */
  readonly keeper: NatsLink | null;
  readonly replicas: number;
  readonly ledger: Ledger;
  readonly projector: Projector;
  readonly replication: Replication;
  readonly talk: TalkOptions;
  /** For tests: how long things wait. */
  readonly patience?: Partial<ArchivePatience>;
}

/** Archives while it runs: to be run while this ledger is of record. Each round sees to it that the bucket is there: who was of record before may have had none. */
export function fleetArchivist(
  shell: Pick<Shell, "clocks" | "metrics" | "diagnostics">,
  { link, keeper, replicas, ledger, projector, replication, talk, patience = {} }: FleetArchiving,
): Effect.Effect<never> {
  const bucket = keeper === null ? Effect.void : ensureBucket(keeper, ARCHIVE_BUCKET, { replicas });
  const caughtUp = Effect.flatMap(ledger.last, (last) => projector.feed.reached(position(last)));
  return makeArchivist({
    ...shell,
    store: openNatsObjects(link, ARCHIVE_BUCKET),
    caughtUp: Effect.andThen(bucket, caughtUp),
    rows: archiveRowsOf(projector),
    read: replication.read,
    gate: askClaims(link.connection, talk),
    patience,
  });
}
