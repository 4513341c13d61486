/**
 * One owner for a folder that is not ours to write in: nats-server takes no lock on its store, and a second server on the same one starts without
 * a word and loses what the first was told (STACK B). Whoever starts a server holds this lock for it.
 */
import { lockDirectory } from "@claw/sqlite";
import { Effect, type Scope } from "effect";
import type { LogUnavailable } from "../faults.ts";
import { attempt } from "./fault-of.ts";

/** Holds a folder, made if missing, for the time of a scope. Fails as `locked` (naming the holder), `unwritable` or `disk_full`. */
export const holdDirectory = (directory: string): Effect.Effect<void, LogUnavailable, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      attempt(() => lockDirectory(directory)),
      (lock) => Effect.sync(() => lock.release()),
    ),
  );
