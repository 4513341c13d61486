/** Whether this policy leads, and what goes on only while it does. */
import { Effect, Latch, type Scope } from "effect";

export interface Lead {
  /** The name under which we lead, or null. */
  leader: string | null;
  readonly taken: Latch.Latch;
  readonly lost: Latch.Latch;
}

export const noLead = (): Lead => ({
  leader: null,
  taken: Latch.makeUnsafe(false),
  lost: Latch.makeUnsafe(false),
});

export function take(lead: Lead, leader: string): void {
  lead.leader = leader;
  lead.lost.closeUnsafe();
  lead.taken.openUnsafe();
}

export function lose(lead: Lead): void {
  lead.leader = null;
  lead.taken.closeUnsafe();
  lead.lost.openUnsafe();
}

/** Does the work in a scope of its own whenever we lead; the scope is closed when the lead is lost, and the work begins again with the next one. */
export const whileLeading = <E, R>(
  lead: Lead,
  work: Effect.Effect<unknown, E, R>,
): Effect.Effect<never, E, Exclude<R, Scope.Scope>> =>
  Effect.forever(
    Effect.andThen(
      lead.taken.await,
      Effect.raceFirst(Effect.scoped(Effect.andThen(work, Effect.never)), lead.lost.await),
    ),
  );
