/** How the house decides: pure functions over a state, and total, because saying no is a verdict too. */
import type { RefusalCode } from "./refusal.ts";

export type Verdict =
  | {
      readonly decision: "accepted";
      /** What the caller has to know of it, such as the token of a lease. */
      readonly facts?: Facts;
    }
  | {
      readonly decision: "refused";
      readonly code: RefusalCode;
      readonly facts: Facts;
      /** The rule that said no, as the list of rules names it. Verdicts of the first versions do not. */
      readonly rule?: string;
    };

/** The values that a rule saw when it said no: ids and figures, never text of people or secrets. */
export type Facts = Readonly<Record<string, string | number | null>>;

export interface Decider<State, Command, Event> {
  readonly initial: State;
  /** A repeat returns the first verdict and no event. */
  readonly decide: (
    state: State,
    command: Command,
  ) => { readonly verdict: Verdict; readonly events: readonly Event[] };
  readonly evolve: (state: State, event: Event) => State;
}
