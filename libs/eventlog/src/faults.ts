/** How the log fails. Faults say when a retry makes sense and hold structure only. */
import type { Digest } from "@claw/events";
import { Data } from "effect";

/** A message that somebody read. */
export interface LostTail {
  readonly generation: number;
  readonly sequence: number;
  /** SHA-256 of its bytes, from whoever kept it: then it is missed as well where others have written on and used its number again. Else null. */
  readonly digest: Digest | null;
}

/**
 * The log cannot be written or read now. `later`: disk full, busy, an I/O error, connection lost. `never`: closed, corrupt, locked by
 * another process, unwritable, made by a newer version, or shorter than what was read from it before (`regressed`); of a fleet also: a stream of other
 * settings (`drifted`), a server below the oldest one that is supported (`too_old`), a key that may not do this (`forbidden`).
 */
export class LogUnavailable extends Data.TaggedError("LogUnavailable")<{
  readonly reason:
    | "closed"
    | "disk_full"
    | "busy"
    | "corrupt"
    | "locked"
    | "unwritable"
    | "newer"
    | "regressed"
    | "drifted"
    | "too_old"
    | "forbidden"
    | "unreachable"
    | "io";
  readonly retry: "later" | "never";
  readonly detail: string;
  /** Of `regressed`: what was read and is not there any more, where that is known. */
  readonly lost?: LostTail;
}> {}
