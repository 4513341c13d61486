/**
 * How many refusals of one principal are written down: so many a minute. The rest are answered and counted, or one confused caller would fill
 * a log that forgets nothing (DESIGN 14.8).
 */
export interface RefusalBudget {
  /** The minute (epoch ms / 60,000, rounded down) that `spent` counts. */
  readonly minute: number;
  readonly spent: ReadonlyMap<string, number>;
}

export const emptyBudget: RefusalBudget = { minute: 0, spent: new Map() };

/** Refusals of one principal in a minute. Nobody reads more than that, and an attack shows in the first few. */
export const REFUSALS_PER_MINUTE = 30;
/** Principals counted apart in a minute; those beyond share the last account. */
const MAX_ACCOUNTS = 1_000;
const SHARED = "";
const MINUTE_MS = 60_000;

/** The budget after one more refusal of a principal, and whether it may still be written. */
export function spend(
  budget: RefusalBudget,
  principal: string,
  at: number,
): { readonly budget: RefusalBudget; readonly isWithin: boolean } {
  const minute = Math.floor(at / MINUTE_MS);
  const spent = minute === budget.minute ? budget.spent : emptyBudget.spent;
  const account = spent.has(principal) || spent.size < MAX_ACCOUNTS ? principal : SHARED;
  const count = (spent.get(account) ?? 0) + 1;
  return {
    budget: { minute, spent: new Map(spent).set(account, count) },
    isWithin: count <= REFUSALS_PER_MINUTE,
  };
}
