/** What happened while somebody was away, from what the registry, the questions and the commands say of it. Pure. */
import type { ApprovalView } from "../../api/types/approval.ts";
import type { CommandView } from "../../api/types/command.ts";
import type { FleetSession } from "../../api/types/fleet.ts";
import type { GlyphName } from "../../ui/glyphs.ts";
import type { Tone } from "../../ui/tones.ts";
import { msOf } from "../../words/age.ts";
import { counted } from "../../words/figures.ts";
import { verbOf } from "../session/domain/timeline.ts";

export interface Happened {
  readonly key: string;
  readonly kind: "began" | "ended" | "failed" | "answered" | "over" | "asked" | "refused";
  /** Epoch ms. */
  readonly at: number;
  readonly sessionId: string | null;
  /** Who did it; null where it came about by itself. */
  readonly who: string | null;
  /** In a verb. */
  readonly did: string;
}

export interface Told {
  readonly sessions: readonly FleetSession[];
  readonly approvals: readonly ApprovalView[];
  readonly commands: readonly CommandView[];
}

/** Everything since then, the newest first. */
export function happenedSince(since: number, { sessions, approvals, commands }: Told): readonly Happened[] {
  return [
    ...sessions.flatMap(ofSession),
    ...approvals.flatMap(ofApproval),
    ...commands.filter(isDeed).flatMap(ofCommand),
  ]
    .filter(({ at }) => at > since)
    .toSorted((a, b) => b.at - a.at);
}

function ofSession({ id, status, createdAt, stoppedAt }: FleetSession): readonly Happened[] {
  const common = { sessionId: id, who: null };
  return [
    ...(createdAt === null
      ? []
      : [{ ...common, key: `began/${id}`, kind: "began" as const, at: createdAt, did: "began" }]),
    ...(stoppedAt === null
      ? []
      : [
          {
            ...common,
            key: `ended/${id}`,
            kind: status === "failed" ? ("failed" as const) : ("ended" as const),
            at: stoppedAt,
            did: status,
          },
        ]),
  ];
}

const ANSWERED = {
  accept: "approved once",
  accept_for_session: "approved for the session",
  decline: "denied",
  cancel: "denied, and stopped the turn",
} as const;

function ofApproval({ sessionId, requestId, decision, closedAt, how }: ApprovalView): readonly Happened[] {
  const key = `approval/${sessionId}/${requestId}`;
  if (decision !== null) {
    const at = msOf(decision.at);
    const did = ANSWERED[decision.answer];
    return at === null ? [] : [{ key, kind: "answered", at, sessionId, who: decision.by.name, did }];
  }
  const at = msOf(closedAt);
  if (at === null) return [];
  return [
    { key, kind: "over", at, sessionId, who: null, did: `question over${how === null ? "" : `: ${how}`}` },
  ];
}

/** Answers stand with their questions, and who put an item off did nothing to the fleet. */
const isDeed = ({ type }: CommandView): boolean =>
  type !== "approval.decide" && !type.startsWith("attention.");

function ofCommand(command: CommandView): readonly Happened[] {
  const { commandId, decision, principal, decidedAt, refusal, sessionId, spawnedSessionId } = command;
  const at = msOf(decidedAt);
  if (at === null) return [];
  const isRefused = decision === "refused";
  const verb = verbOf(command);
  return [
    {
      key: `command/${commandId}`,
      kind: isRefused ? "refused" : "asked",
      at,
      sessionId: spawnedSessionId ?? sessionId,
      who: principal.name,
      did: isRefused ? `${verb}, refused: ${refusal?.code ?? "no reason known"}` : verb,
    },
  ];
}

const SAYS: readonly (readonly [Happened["kind"], (count: number) => string])[] = [
  ["failed", (count) => `${counted(count, "session")} failed`],
  ["began", (count) => `${counted(count, "session")} began`],
  ["ended", (count) => `${counted(count, "session")} ended`],
  ["answered", (count) => `${counted(count, "question")} ${count === 1 ? "was" : "were"} answered`],
  ["over", (count) => `${counted(count, "question")} ended without an answer`],
  ["asked", (count) => `${counted(count, "command")} ${count === 1 ? "was" : "were"} carried out or begun`],
  ["refused", (count) => `${counted(count, "command")} ${count === 1 ? "was" : "were"} refused`],
];

/** How many there are of each, as the parts of one sentence; empty where nothing happened. */
export const sumUp = (happened: readonly Pick<Happened, "kind">[]): readonly string[] =>
  SAYS.flatMap(([kind, say]) => {
    const count = happened.filter((one) => one.kind === kind).length;
    return count === 0 ? [] : [say(count)];
  });

export const HAPPENED_LOOKS: Readonly<
  Record<Happened["kind"], { readonly glyph: GlyphName; readonly tone: Tone }>
> = {
  began: { glyph: "play", tone: "ok" },
  ended: { glyph: "stopped", tone: "off" },
  failed: { glyph: "failed", tone: "danger" },
  answered: { glyph: "check", tone: "ok" },
  over: { glyph: "stop", tone: "off" },
  asked: { glyph: "command", tone: "off" },
  refused: { glyph: "x", tone: "danger" },
};
