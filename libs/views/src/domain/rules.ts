/**
 * The house's own rules, as far as somebody changed them: limits, kill switches, rights, rules for questions, and who is muted. Defaults are in `limits`, not
 * here.
 */
import {
  DECIDED,
  grantKey,
  isLimitName,
  type LimitName,
  limits,
  refusedOnce,
  refusedWriter,
  rulingKey,
  sha256,
  type Temper,
} from "@claw/events";
import type { GrantRow, MuteRow, RuleRow, RulingRow } from "../command-rows.ts";
import { grantRowKey, rulingRowKey } from "./keys.ts";
import type { EventIn, Fact, Lookup, ViewProjection } from "./projection.ts";

export const rules: ViewProjection<"rules"> = {
  name: "rules",
  version: 4,
  key: ({ lane, event }) => {
    if (lane !== DECIDED) return null;
    switch (event.type) {
      case "policy.set":
        return limitKey(event.data.limit);
      case "switch.set":
        return `switch/${event.data.scope}/${event.data.id ?? ""}`;
      case "policy.granted":
        return grantRowKey(grantKey(event.data.right, event.data));
      case "approvals.ruled":
        return rulingRowKey(rulingKey(event.data.kind, event.data));
      case "origin.muted":
        return muteKey(event.data.origin);
      case "command.refused": {
        const writer = refusedWriter(event.data);
        return writer === null ? null : muteKey(writer.key);
      }
      default:
        return null;
    }
  },
  evolve: (row, fact, rows) => {
    const { event } = fact;
    switch (event.type) {
      case "policy.set":
      case "switch.set":
      case "policy.granted":
      case "approvals.ruled":
        return ruled(fact, event);
      case "origin.muted":
        return counted(muteIn(row), event);
      case "command.refused":
        return refused(muteIn(row), event, rows);
      default:
        return undefined;
    }
  },
};

type Ruled = EventIn<"policy.set" | "switch.set" | "policy.granted" | "approvals.ruled">;

/** The newest word is the rule, whatever it was before. */
function ruled({ recordedAt, asked }: Fact, event: Ruled): RuleRow | undefined {
  const since = { by: asked?.principal ?? null, sinceAt: recordedAt };
  switch (event.type) {
    case "policy.set": {
      const { limit: name, value, reason } = event.data;
      return isAllowed(name, value) ? { kind: "limit", name, value, reason, ...since } : undefined;
    }
    case "switch.set":
      return { kind: "switch", ...event.data, ...since };
    case "policy.granted":
      return { kind: "grant", ...event.data, ...since } satisfies GrantRow;
    case "approvals.ruled": {
      const { kind: questionKind, ...ruling } = event.data;
      return { kind: "ruling", questionKind, ...ruling, ...since } satisfies RulingRow;
    }
    default:
      return event satisfies never;
  }
}

const limitKey = (name: string): string => `limit/${name}`;
const muteKey = (origin: string): string => `mute/${sha256(origin)}`;
const muteIn = (row: RuleRow | undefined): MuteRow | undefined => (row?.kind === "mute" ? row : undefined);

/** True for a rule that is not as it would be if nobody had said anything. */
export function isInForce(row: RuleRow): boolean {
  switch (row.kind) {
    case "limit":
      return row.value !== null;
    case "switch":
      return row.state === "halted";
    case "grant":
      return row.state !== null;
    case "ruling":
      return row.answer !== null;
    default:
      return row.until !== null;
  }
}

/** Policy obeys no value of another version that this one does not allow; so it is not shown either. */
function isAllowed(name: string, value: number | null): boolean {
  if (!isLimitName(name) || value === null) return true;
  return value >= limits[name].min && value <= limits[name].max;
}

/** By the rule that policy mutes by, so that a mute is seen as soon as it begins: no entry says so then. */
function refused(
  row: MuteRow | undefined,
  { at, data }: EventIn<"command.refused">,
  rows: Lookup,
): MuteRow | undefined {
  const origin = refusedWriter(data)?.key;
  const before = row === undefined || isUncounted(row) ? undefined : temperOf(row);
  const after = refusedOnce(before, at, (name) => limitNow(rows, name));
  if (origin === undefined || after === before) return undefined;
  const isSameMinute = after.since === before?.since;
  return {
    kind: "mute",
    origin,
    refusals: after.refusals,
    code: data.code,
    unwritten: isSameMinute ? (row?.unwritten ?? 0) : 0,
    until: after.mutedUntil,
    sinceAt: after.since,
  };
}

/** Only counts were told of it: where they mute nobody, policy counts from its first refusal that was written. */
const isUncounted = ({ refusals, until }: MuteRow): boolean => refusals === 0 && until === null;

const temperOf = ({ sinceAt: since, refusals, until: mutedUntil }: MuteRow): Temper => ({
  since,
  refusals,
  mutedUntil,
});

function limitNow(rows: Lookup, name: LimitName): number {
  const row = rows("rules", limitKey(name));
  return (row?.kind === "limit" ? row.value : null) ?? limits[name].default;
}

/** While one mute goes on its uncounted refusals are added up; one that is told of here first begins to count anew. */
function counted(row: MuteRow | undefined, { at, data }: EventIn<"origin.muted">): MuteRow {
  const { origin, count, until } = data;
  const isNews = until !== null && until > (row?.until ?? 0);
  if (row !== undefined && !isNews) return { ...row, unwritten: row.unwritten + count };
  return { kind: "mute", origin, refusals: 0, code: null, unwritten: count, until, sinceAt: at };
}
