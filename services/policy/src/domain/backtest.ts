/**
 * The back-test: past verdicts under other limits (DESIGN 3, `claw policy test`). Two houses are folded from the same history by the very `evolve` of policy: one
 * under the limits as they were, one under those that are tried. Both are asked by the very rules of policy, and where they disagree, a limit bites or does not.
 *
 * It says which verdicts the limits would have turned round, and not what would have happened then: nobody who was refused asks again, and nothing that was let
 * through is answered. What the first house does not say as the log does is counted (`unexplained`): there the history that was given is not whole.
 */
import {
  DECIDED,
  type Event,
  type GroupId,
  type HostId,
  type LimitName,
  limitNames,
  type Recorded,
} from "@claw/events";
import { keptMs } from "./folds/sweep.ts";
import {
  asAccepted,
  askedAgain,
  asRefused,
  limitIn,
  type LimitRefusal,
  type PastVerdict,
  refusalByLimit,
  refusalIn,
} from "./past-verdict.ts";
import { emptyHouse, evolve, type House } from "./house.ts";
import { limitOf } from "./limit.ts";
import { evolveSight, sightIn, sightKey, type SightRow } from "./sight-fold.ts";
import type { Sight } from "./sight.ts";

export type Limits = ReadonlyMap<LimitName, number>;

interface Trial {
  /** Under the limits as they were. */
  readonly asWas: House;
  /** Under those that are tried. */
  readonly tried: House;
  readonly limits: Limits;
}

/** A verdict that another limit turns round. */
export interface Turned {
  readonly commandId: string;
  /** Epoch ms. */
  readonly at: number;
  readonly rule: string;
  /** The limit that refuses now, or that refused then. */
  readonly limit: string;
}

/** What is said of one verdict: `isExplained` is false where the first house says otherwise than the log. */
interface Retold {
  readonly wasAccepted: boolean;
  readonly isExplained: boolean;
  readonly turned: Turned | null;
}

/** What a history does not tell by itself, where it is no log: the limits as they are now, and the groups of hosts. */
export interface Setting {
  readonly limits?: Limits;
  readonly groups?: ReadonlyMap<HostId, GroupId>;
}

function beginTrial(limits: Limits, { limits: now, groups }: Setting = {}): Trial {
  const hosts = new Map(
    [...(groups ?? [])].map(([hostId, group]) => [hostId, { placement: "open", group }] as const),
  );
  const asWas = { ...emptyHouse, hosts, limits: now ?? emptyHouse.limits };
  return { asWas, tried: under(limits, asWas), limits };
}

const under = (limits: Limits, house: House): House => ({
  ...house,
  limits: new Map([...house.limits, ...limits]),
});

/** The trial after one event of the decided lane, and what it says of it; null for what is no verdict that a limit could make. */
function retry(trial: Trial, event: Event, sight: Sight): readonly [Trial, Retold | null] {
  const question =
    event.type === "command.accepted" || event.type === "command.refused"
      ? askedAgain(trial.tried, event, sight)
      : null;
  if (question === null) return [after(trial, event, event), null];
  const verdict = event as PastVerdict;
  const wasAccepted = verdict.type === "command.accepted";
  const was = refusalByLimit(trial.asWas, question, verdict);
  const is = refusalByLimit(trial.tried, question, verdict);
  const isExplained = (was === null) === wasAccepted;
  if (!isExplained || (is === null) === wasAccepted)
    return [after(trial, event, event), { wasAccepted, isExplained, turned: null }];
  const by = is ?? refusalIn(verdict) ?? was;
  const turned = by === null ? null : turnedBy(verdict, by);
  const instead = is === null ? asAccepted(trial.tried, verdict, question) : asRefused(verdict, is);
  return [after(trial, event, instead), { wasAccepted, isExplained, turned }];
}

const turnedBy = ({ data, at }: PastVerdict, by: LimitRefusal): Turned => ({
  commandId: data.commandId,
  at,
  rule: by.rule,
  limit: limitIn(by),
});

/** `instead` is what would have been recorded; null where that cannot be said. */
function after({ asWas, tried, limits }: Trial, event: Event, instead: Event | null): Trial {
  const then = instead === null ? tried : evolve(tried, instead);
  return {
    asWas: evolve(asWas, event),
    tried: event.type === "policy.set" ? under(limits, then) : then,
    limits,
  };
}

export interface BackTest {
  /** Sends and leases that were accepted, or refused by a limit. */
  readonly counted: number;
  readonly accepted: number;
  /** Accepted then, and refused under these limits. */
  readonly nowRefused: readonly Turned[];
  /** Refused by a limit then, and by none of these: what the rules behind it would have said is not known. */
  readonly nowAccepted: readonly Turned[];
  /** Of those that were counted: the history does not say why, so nothing is said of them. */
  readonly unexplained: number;
  /** Refusals that the log only counts, so that nothing can be said of them either. */
  readonly unwritten: number;
}

/**
 * Asks a history anew, in the order of the log. What came before `since` (epoch ms) is folded and not counted: a cause, a bucket and a mute have to be known from
 * their beginning.
 */
export function backTest(
  past: Iterable<Recorded>,
  limits: Limits,
  setting: Setting,
  since: number,
): BackTest {
  const rows = new Map<string, SightRow>();
  const sight = sightIn((key) => rows.get(key));
  let trial = beginTrial(limits, setting);
  const told: Retold[] = [];
  let unwritten = 0;
  for (const recorded of past) {
    const key = sightKey(recorded);
    const row = key === null ? undefined : evolveSight(rows.get(key), recorded);
    if (key !== null && row !== undefined) rows.set(key, row);
    const { lane, by, event } = recorded;
    if (lane !== DECIDED || by.kind !== "policy") continue;
    const [next, retold] = retry(trial, event, sight);
    trial = next;
    if (event.at < since) continue;
    if (retold !== null) told.push(retold);
    if (event.type === "origin.muted") unwritten += event.data.count;
  }
  return { ...totalOf(told), unwritten };
}

const totalOf = (told: readonly Retold[]): Omit<BackTest, "unwritten"> => ({
  counted: told.length,
  accepted: told.filter(({ wasAccepted }) => wasAccepted).length,
  nowRefused: told.flatMap(({ wasAccepted, turned }) => (wasAccepted && turned !== null ? [turned] : [])),
  nowAccepted: told.flatMap(({ wasAccepted, turned }) => (!wasAccepted && turned !== null ? [turned] : [])),
  unexplained: told.filter(({ isExplained }) => !isExplained).length,
});

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How long before a time a history has to begin, so that causes, mutes and buckets are as they were; at most a day. */
export function memoryMs(limits: Limits): number {
  const house = under(limits, emptyHouse);
  const of = (name: LimitName): number => limitOf(house, name);
  const filling = limitNames.flatMap((name) => {
    const [, kind] = /^(.+)_burst$/.exec(name) ?? [];
    const rate = kind === undefined ? 0 : of(`${kind}_rate` as LimitName);
    return rate === 0 ? [] : [(of(name) / rate) * MINUTE_MS];
  });
  return Math.min(DAY_MS, Math.max(keptMs(house), of("mute_ms"), ...filling));
}
