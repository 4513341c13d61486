/**
 * What the projector's parts share. `live` changes while `writing` is held; `isReady` and `breaker` while `writing` is, or `building` before the first build is
 * done.
 */
import type { IndexedLog } from "@claw/eventlog";
import type { Clocks, Diagnostics } from "@claw/runtime";
import type { AnyProjection } from "@claw/views";
import type { Semaphore } from "effect";
import type { Breaker } from "./breaker.ts";
import type { FeedSource } from "./feed.ts";
import type { Generation } from "./generations.ts";
import type { Report } from "./report.ts";

export interface House {
  readonly log: IndexedLog;
  readonly directory: string;
  readonly projections: readonly AnyProjection[];
  readonly clocks: Clocks;
  readonly diagnostics: Diagnostics;
  readonly report: Report;
  readonly source: FeedSource;
  /** Held for one commit, and while one generation takes the place of another. */
  readonly writing: Semaphore.Semaphore;
  /** Held while a generation is built, so that there is one at a time. */
  readonly building: Semaphore.Semaphore;
  live: Generation;
  /** False while the generation that serves is built for the first time. */
  isReady: boolean;
  breaker: Breaker;
}
