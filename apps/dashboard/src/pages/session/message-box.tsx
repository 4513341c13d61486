/** The message box: first what will happen, then the words, then a button that repeats the verb (DESIGN-NOTES, "Say what will happen before it happens"). */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { SessionView } from "../../api/types.ts";
import { useIsCurrent } from "../../live/use-live.ts";
import { Button } from "../../ui/button.tsx";
import type { GlyphName } from "../../ui/glyphs.ts";
import { Icon } from "../../ui/icon.tsx";
import { figure } from "../../words/figures.ts";
import { oneLine, shortId } from "../../words/safe.ts";
import { rulesQuery } from "../policies/queries.ts";
import { useRulesPosition } from "../policies/use-changed.ts";
import { canSend, type Receipt, type Verdict, wordsOf } from "./domain/verdict.ts";
import { useMe } from "./use-me.ts";
import { useSending } from "./use-sending.ts";
import { useVerdict } from "./use-verdict.ts";

export interface MessageBoxProps {
  readonly session: SessionView;
  /** Somebody else's lease is in the way, and may be taken over. */
  readonly onTakeOver: () => void;
  /** Grows when `t` asks for the box. */
  readonly focusAsked: number;
}

const LOOKS: Readonly<Record<Verdict["kind"], readonly [string, GlyphName]>> = {
  asking: ["", "clock"],
  start: ["start", "play"],
  steer: ["steer", "send"],
  refused: ["refused", "failed"],
  unreachable: ["", "unknown"],
};

export function MessageBox({ session, onTakeOver, focusAsked }: MessageBoxProps) {
  const [words, setWords] = useState("");
  const [asked, setAsked] = useState(0);
  const verdict = useVerdict(session, words, useIsCurrent(), asked + useRulesPosition());
  const { isUnderWay, receipt, send } = useSending(session.sessionId);
  const box = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  useEffect(() => {
    if (focusAsked > 0) box.current?.focus();
  }, [focusAsked]);
  const isReady = canSend(verdict) && words.trim() !== "" && !isUnderWay;
  const go = async (): Promise<void> => {
    if (!isReady) return;
    if (await send(words, verdict)) setWords("");
    setAsked((count) => count + 1);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    void go();
  };
  const [look] = LOOKS[verdict.kind];
  const { button } = wordsOf(verdict, factsOf(session));
  return (
    <div className="composer">
      <div className={`compose ${look}`} role="group" aria-label="Message to Codex">
        <VerdictLine verdict={verdict} session={session} />
        <label className="vh" htmlFor={id}>
          Message
        </label>
        <textarea
          id={id}
          ref={box}
          className="ta ses-message"
          rows={2}
          value={words}
          placeholder="A message to this session"
          onChange={({ target }) => setWords(target.value)}
          onKeyDown={onKey}
        />
        <div className="acts">
          <Length words={words} />
          <span className="push" />
          <AsWhom />
          {verdict.kind === "refused" && verdict.isLease && <TakeOver onTakeOver={onTakeOver} />}
          <Button small tone="primary" hint="⌘↵" disabled={!isReady} onClick={() => void go()}>
            {button}
          </Button>
        </div>
      </div>
      {receipt !== null && <ReceiptLine receipt={receipt} />}
    </div>
  );
}

const ReceiptLine = ({ receipt: { tone, words } }: { readonly receipt: Receipt }) => (
  <p className={`ses-receipt ${tone}`} role="status">
    {oneLine(words, 400)}
  </p>
);

const TakeOver = ({ onTakeOver }: { readonly onTakeOver: () => void }) => (
  <Button small glyph="handoff" onClick={onTakeOver}>
    Take over…
  </Button>
);

const factsOf = ({ turnCount, openApprovals }: SessionView) => ({
  turns: turnCount,
  waits: openApprovals.length > 0,
});

function VerdictLine({ verdict, session }: { readonly verdict: Verdict; readonly session: SessionView }) {
  const { title, detail } = wordsOf(verdict, factsOf(session));
  const [, glyph] = LOOKS[verdict.kind];
  return (
    <p className="verdict" role="status">
      <Icon name={glyph} />
      <span>
        <b>{oneLine(title)}</b> {oneLine(detail, 400)}
        {verdict.kind === "refused" && <Seen facts={verdict.facts} />}
      </span>
      {verdict.kind === "steer" && verdict.turnId !== null && (
        <span className="muted hide-phone">
          expected turn <code>{shortId(verdict.turnId)}</code>
        </span>
      )}
      {verdict.kind === "refused" && (
        <span className="muted hide-phone">
          <code>{verdict.rule === null ? verdict.code : `${verdict.rule}: ${verdict.code}`}</code>
        </span>
      )}
    </p>
  );
}

/** The values that the rule saw. */
const Seen = ({ facts }: { readonly facts: Readonly<Record<string, string | number | null>> }) => {
  const seen = Object.entries(facts).filter(([, value]) => value !== null);
  return seen.length === 0 ? null : (
    <small className="ses-seen">
      Seen: {seen.map(([name, value]) => `${name} ${oneLine(String(value), 80)}`).join(", ")}.
    </small>
  );
};

/** How long it is in bytes of UTF-8, and how long it may be as the house's limit says. */
function Length({ words }: { readonly words: string }) {
  const { data } = useQuery(rulesQuery);
  const most = data?.rules.limits.find(({ name }) => name === "text_bytes")?.value ?? null;
  const bytes = new TextEncoder().encode(words).length;
  return (
    <span className="micro num">
      {figure(bytes)}
      {most !== null && ` of ${figure(most)}`} bytes
    </span>
  );
}

function AsWhom() {
  const me = useMe();
  return me === null ? null : <span className="small muted hide-phone">As {oneLine(me.name, 60)}</span>;
}
