/** The rows of a transcript. Every word of a host stands as text: nothing of it is read as markup, and what disturbs reading is taken out (words/safe.ts). */
import type { ReactNode } from "react";
import { Age, Clock } from "../../ui/age.tsx";
import { PersonMark } from "../../ui/actor.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ageOf, msOf } from "../../words/age.ts";
import { figure } from "../../words/figures.ts";
import { oneLine, plain, shortId } from "../../words/safe.ts";
import { piecesOf } from "./domain/pieces.ts";
import type { MessageRow as Message, TranscriptRow, TurnRow } from "./domain/rows.ts";
import type { Voice } from "./domain/voices.ts";
import { CommandLink } from "./links.tsx";
import type { ItemShape } from "./shapes.ts";
import { Tools } from "./tool-calls.tsx";

/** How a turn is called: its place among those that were counted, or its short id. */
export type TurnName = (turnId: string) => string;

export function Row({ row, nameOf }: { readonly row: TranscriptRow; readonly nameOf: TurnName }) {
  if (row.kind === "turn") return <TurnHead row={row} name={nameOf(row.turnId)} />;
  return row.kind === "message" ? <MessageOf row={row} /> : <Tools items={row.items} foldKey={row.key} />;
}

function TurnHead({
  row: { turn, voice, startedAt },
  name,
}: {
  readonly row: TurnRow;
  readonly name: string;
}) {
  const isOpen = turn?.status === "inProgress";
  return (
    <h3 className="turn-h">
      <b>{name}</b>
      {voice !== null && <span>started by {startedBy(voice)}</span>}
      <span className="num">
        {isOpen && startedAt !== null ? (
          <>
            <Age at={startedAt} /> so far
          </>
        ) : (
          lengthOf(turn?.durationMs ?? null)
        )}
      </span>
      {turn !== null && !isOpen && turn.status !== "completed" && (
        <span className="t-danger st">
          <Icon name="failing" size="s" />
          <span className="w">{oneLine(turn.errorKind ?? turn.status, 60)}</span>
        </span>
      )}
    </h3>
  );
}

function startedBy(voice: Voice): string {
  if (voice.who === "command") return oneLine(voice.command.principal.name, 60);
  return voice.who === "marked" ? "a command that is not known here" : "a person";
}

/** Below a minute to the tenth of a second: most turns of a script are over in less than one. */
const lengthOf = (ms: number | null): string => {
  if (ms === null) return "";
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)}\u00a0s` : ageOf(ms);
};

function MessageOf({ row: { item, voice } }: { readonly row: Message }) {
  if (voice.who === "codex") return <CodexSays item={item} />;
  const { look, mark, name, how } = looksOf(voice);
  return (
    <article className={`msg ${look}`}>
      <When item={item} />
      <span className="g">{mark}</span>
      <div className="box">
        <p className="by">
          <b>{name}</b>
          {how}
        </p>
        <Words item={item} />
        <Cut bytes={item.cutBytes} />
      </div>
    </article>
  );
}

interface Looks {
  readonly look: "human" | "claw";
  readonly mark: ReactNode;
  readonly name: string;
  readonly how: ReactNode;
}

function looksOf(voice: Exclude<Voice, { readonly who: "codex" }>): Looks {
  if (voice.who === "person")
    return { look: "human", mark: <Icon name="person" />, name: "A person", how: "typed in the session" };
  if (voice.who === "marked")
    return {
      look: "human",
      mark: <Icon name="person-unknown" />,
      name: "Marked as a command",
      how: (
        <>
          <code>{shortId(voice.commandId)}</code> not among the commands read here: older, or copied
        </>
      ),
    };
  const { principal, commandId, position, origin } = voice.command;
  const how = (
    <>
      {origin !== null && origin.hop > 0 && <span>hop {origin.hop}</span>}
      <span>
        command <CommandLink commandId={commandId} />
      </span>
      <span>
        accepted at <span className="num">{figure(position)}</span>
      </span>
    </>
  );
  const name = oneLine(principal.name, 80);
  if (principal.kind === "person") return { look: "human", mark: <PersonMark name={name} />, name, how };
  const glyph = principal.kind === "claw" ? "a-claw" : principal.kind === "session" ? "a-codex" : "a-policy";
  return { look: "claw", mark: <Icon name={glyph} />, name, how };
}

const SAYS: Readonly<Record<string, string>> = {
  agentMessage: "Codex",
  plan: "Codex plans",
  reasoning: "Codex thinks",
};

function CodexSays({ item }: { readonly item: ItemShape }) {
  const name = SAYS[item.kind] ?? oneLine(item.kind, 40);
  return (
    <article className="msg codex">
      <When item={item} />
      <span className="g">
        <Icon name="a-codex" />
      </span>
      <div>
        {item.kind === "reasoning" ? (
          <details className="ses-thinks">
            <summary className="by">
              <b>{name}</b>
            </summary>
            <Words item={item} />
          </details>
        ) : (
          <>
            <p className="by">
              <b>{name}</b>
            </p>
            <Words item={item} />
          </>
        )}
        <Cut bytes={item.cutBytes} />
      </div>
    </article>
  );
}

const When = ({ item }: { readonly item: ItemShape }) => (
  <Clock at={msOf(item.startedAt ?? item.completedAt)} />
);

const Words = ({ item: { text, phase } }: { readonly item: ItemShape }) =>
  text === null ? (
    <p className="muted small">
      {phase === "started"
        ? "Still saying it; its words come when it is done."
        : "No words that you may read."}
    </p>
  ) : (
    <div className="txt ses-words">
      {piecesOf(plain(text)).map(({ kind, text: piece }, index) => {
        if (kind === "words") return piece;
        return kind === "code" ? <code key={index}>{piece}</code> : <pre key={index}>{piece}</pre>;
      })}
    </div>
  );

const Cut = ({ bytes }: { readonly bytes: number }) =>
  bytes === 0 ? null : <p className="muted small">{figure(bytes)} bytes more were cut on its host.</p>;
