/** The columns of the table of commands. */
import { Actor } from "../../ui/actor.tsx";
import { Clock } from "../../ui/age.tsx";
import type { Column } from "../../ui/columns.ts";
import type { GlyphName } from "../../ui/glyphs.ts";
import { Status } from "../../ui/status.tsx";
import type { Look } from "../../ui/tones.ts";
import { figure } from "../../words/figures.ts";
import { oneLine } from "../../words/safe.ts";
import { verbOf } from "../session/domain/timeline.ts";
import { titleOf } from "../session/domain/title.ts";
import { HostLink, SessionLink } from "../session/links.tsx";
import type { CommandShape } from "../session/shapes.ts";
import { type Badge, badgeOf } from "./domain/chain.ts";
import { useLiveTable } from "../../live/use-live.ts";

const GLYPHS: Readonly<Record<Badge["tone"], GlyphName>> = {
  ok: "check",
  wait: "pending",
  danger: "x",
  unknown: "unknown",
  off: "idle",
};

export const lookOf = (command: CommandShape): Look => {
  const { word, tone } = badgeOf(command);
  return { glyph: GLYPHS[tone], tone, word };
};

export const commandColumns = (onOpen: (commandId: string) => void): readonly Column<CommandShape>[] => [
  {
    id: "position",
    head: "Position",
    width: "80px",
    look: "off",
    isDescFirst: true,
    by: ({ position }) => position,
    cell: ({ position }) => <span className="num muted">{figure(position)}</span>,
  },
  {
    id: "time",
    head: "Time",
    width: "76px",
    look: "corner",
    cell: ({ decidedAt }) => <Clock at={decidedAt} />,
    by: ({ decidedAt }) => decidedAt,
  },
  {
    id: "who",
    head: "Who",
    width: "132px",
    cell: ({ principal }) => <Actor principal={principal} />,
    by: ({ principal }) => principal.name,
  },
  {
    id: "did",
    head: "Did",
    width: "minmax(180px, 1fr)",
    look: "full",
    isFixed: true,
    by: verbOf,
    cell: (command) => (
      <>
        <button type="button" className="cmd-open trunc" onClick={() => onOpen(command.commandId)}>
          {oneLine(verbOf(command), 80)}
        </button>
        <small className="trunc">
          <Said command={command} />
        </small>
      </>
    ),
  },
  ...ENDS,
];

const ENDS: readonly Column<CommandShape>[] = [
  {
    id: "to",
    head: "To",
    width: "minmax(120px, 0.8fr)",
    look: "full",
    from: 1_100,
    cell: (command) => <To command={command} />,
    by: ({ sessionId }) => sessionId,
  },
  {
    id: "end",
    head: "Outcome",
    width: "126px",
    look: "lab",
    cell: (command) => <Status look={lookOf(command)} loud={badgeOf(command).tone === "danger"} />,
    by: (command) => badgeOf(command).word,
  },
];

/** Why it was refused, else why it was asked for, else what was said, else its type: the second line. */
function Said({ command: { refusal, failure, reason, text, type } }: { readonly command: CommandShape }) {
  const no = refusal ?? failure;
  if (no !== null)
    return (
      <>
        {"rule" in no && no.rule !== null && `${oneLine(String(no.rule), 40)}: `}
        <code>{no.code}</code>
      </>
    );
  const words = reason ?? text;
  return words === null ? <code>{type}</code> : <span className="quote">{oneLine(words, 120)}</span>;
}

function To({ command: { sessionId, spawnedSessionId, hostId } }: { readonly command: CommandShape }) {
  const sessions = useLiveTable("sessions");
  const id = spawnedSessionId ?? sessionId;
  if (id !== null)
    return (
      <span className="trunc cmd-to">
        <SessionLink sessionId={id}>{titleOf(sessions.get(id), id)}</SessionLink>
      </span>
    );
  return hostId === null ? <span className="muted">the house</span> : <HostLink hostId={hostId} />;
}
