/** What a back-test says: for each limit that was changed or that bites, how often; and what it leaves out. */
import { type LimitName, limitNames } from "@claw/events";
import { type BackTest, type Turned, UNTRIABLE } from "@claw/policy/backtest";

export type Limits = Readonly<Record<LimitName, number>>;

export interface TriedLimit {
  readonly limit: string;
  /** As it holds now, and as it was tried; null for a limit that this version does not know. */
  readonly value: number | null;
  readonly tried: number | null;
  /** Commands that were accepted, and that it would have refused. */
  readonly nowRefused: number;
  /** Commands that it refused, and that would have been accepted. */
  readonly nowAccepted: number;
}

export interface Report extends BackTest {
  readonly limits: readonly TriedLimit[];
  readonly sentence: string;
  /** What cannot be said, in sentences for people. */
  readonly leftOut: readonly string[];
}

/** What was given to the back-test, as far as something is missing in it. */
export interface Given {
  readonly isCut: boolean;
  readonly limitChanges: number;
}

export function reportOf(counted: BackTest, now: Limits, then: Limits, given: Given): Report {
  const { nowRefused, nowAccepted } = counted;
  const changed = limitNames.filter((name) => now[name] !== then[name]);
  const bitten = [...nowRefused, ...nowAccepted].map(({ limit }) => limit);
  const limits = [...new Set([...changed, ...bitten])].map((limit) => ({
    limit,
    value: now[limit as LimitName] ?? null,
    tried: then[limit as LimitName] ?? null,
    nowRefused: timesOf(nowRefused, limit),
    nowAccepted: timesOf(nowAccepted, limit),
  }));
  return { ...counted, limits, sentence: sentenceOf(counted), leftOut: leftOutOf(counted, changed, given) };
}

const timesOf = (turned: readonly Turned[], limit: string): number =>
  turned.filter((one) => one.limit === limit).length;

const sentenceOf = ({ counted, accepted, nowRefused, nowAccepted }: BackTest): string =>
  `${counted} writes were counted: of ${accepted} accepted ones ${nowRefused.length} would have been refused, of ${counted - accepted} refused ones ${nowAccepted.length} accepted`;

const leftOutOf = (
  { unexplained, unwritten }: BackTest,
  changed: readonly LimitName[],
  { isCut, limitChanges }: Given,
): readonly string[] =>
  [
    ...changed
      .filter((name) => UNTRIABLE.has(name))
      .map((name) => `${name} cannot be tried on what verdicts say`),
    unexplained > 0 &&
      `${unexplained} of them are not explained by what could be read, and nothing is said of them`,
    limitChanges > 0 &&
      `limits were changed ${limitChanges === 1 ? "once" : `${limitChanges} times`} in that time: all is counted as if they had been as they are now`,
    unwritten > 0 && `${unwritten} refusals were only counted, and nothing is said of them`,
    isCut && "there are older commands, which were not read",
  ].filter((sentence) => sentence !== false);
