/** Random events of the log itself. */
import fc from "fast-check";
import * as id from "./ids.ts";
import { kind, type Kinds } from "./kind.ts";

const number = fc.integer({ min: 1, max: 9 });

export const fleetKinds = {
  "log.resumed": kind(
    "log.resumed",
    fc.record({
      generation: fc.integer({ min: 2, max: 9 }),
      position: id.count,
      chain: id.digest,
      reason: fc.constantFrom("regressed", "deleted", "trimmed", "restored"),
    }),
  ),
  "message.quarantined": kind(
    "message.quarantined",
    fc.record({
      code: id.word,
      subject: id.label,
      generation: number,
      sequence: number,
      digest: id.digest,
      bytes: id.count,
    }),
  ),
} satisfies Partial<Kinds>;
