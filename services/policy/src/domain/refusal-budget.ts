/**
 * How many refusals of one caller are written down: so many a minute, and none while it is muted. The rest are answered and counted, or one confused caller
 * would fill a log that forgets nothing (DESIGN 14.8).
 */

/** Refusals of one caller that were answered and not written, since the last count that was. */
interface Unwritten {
  readonly count: number;
  /** The first of them, epoch ms. */
  readonly since: number;
  /** Epoch ms until which the caller is muted, or null. */
  readonly until: number | null;
}

export interface RefusalBudget {
  /** The minute (epoch ms / 60,000, rounded down) that `spent` counts. */
  readonly minute: number;
  readonly spent: ReadonlyMap<string, number>;
  readonly unwritten: ReadonlyMap<string, Unwritten>;
}

export const emptyBudget: RefusalBudget = { minute: 0, spent: new Map(), unwritten: new Map() };

/** Refusals of one caller in a minute. Nobody reads more than that, and an attack shows in the first few. */
export const REFUSALS_PER_MINUTE = 30;
/** Callers counted apart in a minute; those beyond share the last account. */
const MAX_ACCOUNTS = 1_000;
const SHARED = "others";
const MINUTE_MS = 60_000;

/**
 * The budget after one more refusal of a caller, and whether it may still be written. Of one that is muted (until `mutedUntil`)
 * none is. `spendRefusal` fills in the last two.
 */
export function spend(
  budget: RefusalBudget,
  caller: string,
  at: number,
  mutedUntil: number | null = null,
  perMinute: number = REFUSALS_PER_MINUTE,
): { readonly budget: RefusalBudget; readonly isWithin: boolean } {
  const minute = Math.floor(at / MINUTE_MS);
  const spent = minute === budget.minute ? budget.spent : emptyBudget.spent;
  const account = accountOf(spent, caller);
  const count = (spent.get(account) ?? 0) + 1;
  const isWithin = mutedUntil === null && count <= perMinute;
  const unwritten = isWithin ? budget.unwritten : counted(budget.unwritten, caller, at, mutedUntil);
  return { budget: { minute, spent: new Map(spent).set(account, count), unwritten }, isWithin };
}

const accountOf = (accounts: ReadonlyMap<string, unknown>, caller: string): string =>
  accounts.has(caller) || accounts.size < MAX_ACCOUNTS ? caller : SHARED;

function counted(
  unwritten: RefusalBudget["unwritten"],
  caller: string,
  at: number,
  until: number | null,
): RefusalBudget["unwritten"] {
  const account = accountOf(unwritten, caller);
  const before = unwritten.get(account) ?? { count: 0, since: at, until: null };
  return new Map(unwritten).set(account, { count: before.count + 1, since: before.since, until });
}

/** What `origin.muted` says of a caller. */
export interface RefusalCount {
  readonly origin: string;
  readonly count: number;
  readonly until: number | null;
}

/** The counts that are due: of each caller one, a minute after the first refusal in it. The budget without them is for when they were written. */
export function countsDue(
  budget: RefusalBudget,
  at: number,
): { readonly budget: RefusalBudget; readonly counts: readonly RefusalCount[] } {
  const isDue = ({ since }: Unwritten): boolean => Math.abs(at - since) >= MINUTE_MS;
  const all = [...budget.unwritten];
  const counts = all
    .filter(([, row]) => isDue(row))
    .map(([origin, { count, until }]) => ({ origin, count, until }));
  if (counts.length === 0) return { budget, counts };
  return { budget: { ...budget, unwritten: new Map(all.filter(([, row]) => !isDue(row))) }, counts };
}
