/** The house's own rules as they are seen outside: every limit with its default, and the switches and mutes that are in force now. */
import { GrantScope, limitNames, limits, QuestionKind, Right, SwitchScope } from "@claw/events";
import { z } from "zod";
import type { GrantRow, LimitRow, MuteRow, RulingRow, SwitchRow } from "../command-rows.ts";
import { principalOrNull, PrincipalView } from "./principal.ts";
import { isoOf, isoOrNull, IsoTime } from "./shapes.ts";

const LimitView = z.object({
  name: z.string(),
  value: z.int().describe("what holds now"),
  default: z.int(),
  min: z.int(),
  max: z.int(),
  unit: z.string(),
  what: z.string(),
  reason: z.string().nullable().describe("why it is not the default"),
  by: PrincipalView.nullable().describe("who changed it"),
  sinceAt: IsoTime.nullable(),
});

const SwitchView = z.object({
  scope: SwitchScope,
  id: z.string().nullable(),
  reason: z.string(),
  by: PrincipalView.nullable().describe("who halted it"),
  sinceAt: IsoTime,
});

const MuteView = z.object({
  origin: z.string(),
  refusals: z.int().describe("refusals within a minute that it is muted for"),
  code: z.string().nullable().describe("the code of the last of them"),
  unwritten: z.int().describe("further ones that were answered and only counted, a minute later"),
  until: IsoTime,
  sinceAt: IsoTime.describe("the first of those refusals"),
});

const ended = {
  until: IsoTime.nullable().describe("when it ends; null: not by itself"),
  reason: z.string(),
  by: PrincipalView.nullable().describe("who said so"),
  sinceAt: IsoTime,
};

const GrantView = z.object({
  right: Right,
  scope: GrantScope,
  id: z.string().nullable(),
  state: z.enum(["open", "closed"]),
  ...ended,
});

const RulingView = z.object({
  scope: GrantScope,
  id: z.string().nullable(),
  kind: QuestionKind.nullable().describe("null: every kind without a rule of its own there"),
  answer: z.enum(["decline", "ask", "accept"]),
  waitMs: z.int().nullable().describe("of ask: how long people have"),
  pattern: z.string().nullable().describe("of accept: what the whole subject has to match"),
  ...ended,
});

export const RulesView = z
  .object({
    limits: z.array(LimitView),
    switches: z.array(SwitchView).describe("what is halted, the newest first"),
    grants: z
      .array(GrantView)
      .describe(
        "what sessions may do over MCP, the newest first; the narrowest counts, closed where none is",
      ),
    approvals: z
      .array(RulingView)
      .describe("how questions of our own turns are answered, the newest first; declined where no rule is"),
    muted: z.array(MuteView).describe("who is muted, the newest first"),
  })
  .meta({ id: "Rules" });
export type RulesView = z.infer<typeof RulesView>;

/** The rows that are in force, as a reader gives them. */
export interface RuleRows {
  readonly limits: readonly LimitRow[];
  readonly switches: readonly SwitchRow[];
  readonly grants: readonly GrantRow[];
  readonly rulings: readonly RulingRow[];
  readonly mutes: readonly MuteRow[];
}

/** A limit that this version does not know is left out: nothing here obeys it. So is what has ended. */
export const presentRules = (
  { limits: changed, switches, grants, rulings, mutes }: RuleRows,
  nowMs: number,
): RulesView => ({
  grants: grants.flatMap(({ right, scope, id, state, ...rest }) =>
    state === null || isOver(rest, nowMs) ? [] : [{ right, scope, id, state, ...endedView(rest) }],
  ),
  approvals: rulings.flatMap(({ scope, id, questionKind: kind, answer, waitMs, pattern, ...rest }) =>
    answer === null || isOver(rest, nowMs)
      ? []
      : [{ scope, id, kind, answer, waitMs, pattern, ...endedView(rest) }],
  ),
  limits: limitNames.map((name) => limitView(name, changed.find((row) => row.name === name) ?? null)),
  switches: switches.map(({ scope, id, reason, by, sinceAt }) => ({
    scope,
    id,
    reason,
    by: principalOrNull(by),
    sinceAt: isoOf(sinceAt),
  })),
  muted: mutes.flatMap(({ origin, refusals, code, unwritten, until, sinceAt }) =>
    until === null || until <= nowMs
      ? []
      : [{ origin, refusals, code, unwritten, until: isoOf(until), sinceAt: isoOf(sinceAt) }],
  ),
});

type Ended = Pick<GrantRow, "until" | "reason" | "by" | "sinceAt">;

const isOver = ({ until }: Ended, nowMs: number): boolean => until !== null && until <= nowMs;

const endedView = ({ until, reason, by, sinceAt }: Ended) => ({
  until: isoOrNull(until),
  reason,
  by: principalOrNull(by),
  sinceAt: isoOf(sinceAt),
});

function limitView(name: (typeof limitNames)[number], row: LimitRow | null): z.infer<typeof LimitView> {
  const { default: usual, min, max, unit, what } = limits[name];
  return {
    name,
    value: row?.value ?? usual,
    default: usual,
    min,
    max,
    unit,
    what,
    reason: row?.reason ?? null,
    by: principalOrNull(row?.by ?? null),
    sinceAt: isoOrNull(row?.sinceAt ?? null),
  };
}
