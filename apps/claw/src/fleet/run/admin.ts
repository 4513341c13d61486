/** The admin token of a fleet: as `claw up` makes it, but policy and the projector are other processes, and may not be there yet. */
import { readFileSync } from "node:fs";
import type { Stopped } from "@claw/runtime";
import type { Gate } from "@claw/wire";
import { Effect, Schedule } from "effect";
import { adminTokenFile, ensureAdminToken, type IsKnown } from "../../house/credentials.ts";

const AGAIN = Schedule.spaced("1 second");
const SOON = Schedule.spaced("100 millis");

/** Returns when the file holds a token that the views know. True if it was made now. Waits for policy and projector as long as they take. */
export const ensureAdmin = Effect.fnUntraced(function* (
  dataDir: string,
  gate: Gate,
  isKnown: IsKnown,
): Effect.fn.Return<boolean, Stopped> {
  const isNew = yield* Effect.retry(ensureAdminToken(dataDir, gate, isKnown), AGAIN);
  const isThere = Effect.sync(() => isKnown(readFileSync(adminTokenFile(dataDir), "utf8").trim(), null));
  if (isNew) yield* Effect.repeat(isThere, { schedule: SOON, until: (known) => known });
  return isNew;
});
