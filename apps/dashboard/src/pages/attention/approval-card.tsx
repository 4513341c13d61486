/**
 * The approval card: exactly what is asked, whole or said not to be, for how long it waits, and every answer with its key (N1-025, N1-027). Nothing of it is markup: the command,
 * the diff and the reason are text of a model.
 */
import { useRef, useState } from "react";
import type { Answer, ApprovalView } from "../../api/types.ts";
import { useIsCurrent } from "../../live/use-live.ts";
import { useKeys } from "../../state/keys.ts";
import { useNow } from "../../state/now.ts";
import { Age, Clock } from "../../ui/age.tsx";
import { Bar } from "../../ui/bar.tsx";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Fact } from "../../ui/figure.tsx";
import { Icon } from "../../ui/icon.tsx";
import { RefusalLine } from "../../ui/states.tsx";
import { Note } from "../../ui/status.tsx";
import { msOf } from "../../words/age.ts";
import { notShown, plain } from "../../words/safe.ts";
import { ANSWER_LOOKS, answersTo, endingOf } from "./answers.ts";
import { DiffView } from "./diff-view.tsx";
import { useDeciding } from "./use-deciding.ts";

export interface ApprovalCardProps {
  readonly approval: ApprovalView;
  /** The rest of what can be done: snooze, assign. */
  readonly onSnooze?: () => void;
  readonly onAssign?: () => void;
}

export function ApprovalCard({ approval, onSnooze, onAssign }: ApprovalCardProps) {
  const ending = endingOf(approval);
  return (
    <section className="approval" aria-label="Approval">
      <Deadline approval={approval} />
      <Subject approval={approval} />
      <Facts approval={approval} />
      {approval.detail !== null && <DiffView text={approval.detail} />}
      {ending !== null && (
        <Note live tone={ending.tone ?? undefined} glyph={ending.tone === "ok" ? "check" : "stop"}>
          <p>
            <b className="mid">{ending.head}</b>{" "}
            {ending.reason !== null && <span className="quote">{plain(ending.reason, 600)}</span>}
          </p>
        </Note>
      )}
      {approval.state === "open" && (
        <Answers key={approval.requestId} approval={approval} onSnooze={onSnooze} onAssign={onAssign} />
      )}
    </section>
  );
}

function Deadline({ approval }: { readonly approval: ApprovalView }) {
  const now = useNow();
  const until = msOf(approval.deadlineAt);
  const since = msOf(approval.openedAt);
  if (approval.state === "closed")
    return (
      <header>
        <Icon name="stop" />
        <b>Over</b>
        <span className="left">
          asked <Clock at={approval.openedAt} />
        </span>
      </header>
    );
  if (until === null || since === null)
    return (
      <header>
        <Icon name="approval" />
        <b>Waits for somebody</b>
        <span className="left">
          for <Age at={approval.openedAt} />;{" "}
          {approval.isOurs === true ? "policy has not answered" : "it has no end of its own"}
        </span>
      </header>
    );
  return (
    <>
      <header>
        <Icon name="approval" />
        <b>
          Decide before <Clock at={until} />
        </b>
        <span className="left">
          <b>
            <Age at={until} until />
          </b>{" "}
          left, then policy declines
        </span>
      </header>
      <Bar className="count-bar" share={until <= since ? 0 : (until - now) / (until - since)} />
    </>
  );
}

/** The command as it would run, its first word first; of other questions the sentence that they are. */
function Subject({ approval: { kind, subject } }: { readonly approval: ApprovalView }) {
  if (subject === null)
    return <p className="cmd muted">Only those who may read transcripts see what is asked.</p>;
  const missing = notShown(subject);
  const shown = plain(subject);
  const [first = "", ...rest] = shown.split(" ");
  return (
    <>
      {kind === "command" ? (
        <p className="cmd">
          <span className="p" aria-hidden="true">
            $
          </span>
          <b>{first}</b> {rest.join(" ")}
        </p>
      ) : (
        <p className="cmd">{shown}</p>
      )}
      {missing !== null && (
        <Note tone="danger" glyph="failing">
          <p>
            <b className="mid">This is not all of it.</b> {missing}
          </p>
        </Note>
      )}
    </>
  );
}

const Facts = ({ approval }: { readonly approval: ApprovalView }) => (
  <dl className="facts">
    <Fact name="Runs in">
      {approval.workspace === null ? "not known" : <code>{plain(approval.workspace, 400)}</code>}
    </Fact>
    <Fact name="Host">{approval.hostId ?? "not known"}</Fact>
    <Fact name="Policy">{ruleOf(approval)}</Fact>
    <Fact name="Digest">
      {approval.subjectDigest === null ? "none" : <code>{digestOf(approval.subjectDigest)}</code>}
    </Fact>
    {approval.reason !== null && (
      <Fact name="Codex says" wide>
        <span className="quote">{plain(approval.reason, 2_000)}</span>
      </Fact>
    )}
  </dl>
);

function ruleOf({ isOurs, ruledBy }: ApprovalView): string {
  if (isOurs === false) return "does not answer: a person is in this turn";
  if (isOurs === null) return "does not answer: nobody can say whose turn it is";
  if (ruledBy === null) return "declines by default";
  const where = ruledBy.id === null ? ruledBy.scope : `${ruledBy.scope} ${ruledBy.id}`;
  return `${ruledBy.answer === "ask" ? "asks people first" : `${ruledBy.answer}s`}, by the rule of ${where}`;
}

/** The beginning and the end, in fours, as people compare them. */
function digestOf(digest: string): string {
  const hex = digest.replace(/^sha256[:-]/, "");
  return `${hex.slice(0, 4)} ${hex.slice(4, 8)} … ${hex.slice(-4)}`;
}

type AnswersProps = Omit<ApprovalCardProps, "onSnooze" | "onAssign"> & {
  readonly onSnooze: (() => void) | undefined;
  readonly onAssign: (() => void) | undefined;
};

function Answers({ approval, onSnooze, onAssign }: AnswersProps) {
  const [reason, setReason] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const isCurrent = useIsCurrent();
  const { isBusy, problem, decide } = useDeciding(approval);
  const isAnswered = useIsAnswered(approval);
  const answers = answersTo(approval);
  const canDecide = isCurrent && !isBusy && !isAnswered;
  // A denial says why: Codex reads it (DESIGN-NOTES, "Do, don't").
  const press = (answer: Answer): void => {
    if (!canDecide) return;
    const isDenial = answer === "decline" || answer === "cancel";
    if (isDenial && reason.trim() === "") field.current?.focus();
    else decide(answer, reason);
  };
  useAnswerKeys(answers, press);
  if (answers.length === 0)
    return (
      <footer>
        <p className="muted">This is for whoever is attached to the session: the house never answers it.</p>
      </footer>
    );
  return (
    <footer>
      <Field
        label="Reason"
        placeholder="Reason. A denial needs one: Codex reads it."
        maxLength={2_000}
        inputRef={field}
        value={reason}
        onValue={setReason}
      />
      {problem !== null && <RefusalLine problem={problem} />}
      {!isCurrent && <p className="muted small">Waits until the page is current again.</p>}
      <AnswerRow
        answers={answers}
        canDecide={canDecide}
        onPress={press}
        onSnooze={onSnooze}
        onAssign={onAssign}
      />
    </footer>
  );
}

/** Ms for which an answer that was given may still be on its way (`approval.decide` waits 30 s for its host); only then may somebody answer anew. */
const ON_ITS_WAY_MS = 35_000;

function useIsAnswered({ decision }: ApprovalView): boolean {
  const now = useNow();
  const at = msOf(decision?.at);
  return at !== null && now - at < ON_ITS_WAY_MS;
}

interface AnswerRowProps {
  readonly answers: readonly Answer[];
  readonly canDecide: boolean;
  readonly onPress: (answer: Answer) => void;
  readonly onSnooze: (() => void) | undefined;
  readonly onAssign: (() => void) | undefined;
}

const AnswerRow = ({ answers, canDecide, onPress, onSnooze, onAssign }: AnswerRowProps) => (
  <div className="row">
    {answers.map((answer) => (
      <Button
        key={answer}
        tone={ANSWER_LOOKS[answer].tone}
        hint={ANSWER_LOOKS[answer].key.replace(/^[A-Z]$/, "⇧$&")}
        disabled={!canDecide}
        onClick={() => onPress(answer)}
      >
        {ANSWER_LOOKS[answer].verb}
      </Button>
    ))}
    <span className="push" />
    {onSnooze !== undefined && (
      <Button tone="ghost" onClick={onSnooze}>
        Snooze…
      </Button>
    )}
    {onAssign !== undefined && (
      <Button tone="ghost" onClick={onAssign}>
        Assign…
      </Button>
    )}
  </div>
);

/** Ms in which a card that has just appeared takes no key: it may have appeared under a hand that meant another. */
const FIRST_LOOK_MS = 500;

function useAnswerKeys(answers: readonly Answer[], press: (answer: Answer) => void): void {
  const since = useRef(performance.now());
  useKeys(
    "Approval",
    Object.fromEntries(
      answers.map((answer) => [
        ANSWER_LOOKS[answer].key,
        {
          does: ANSWER_LOOKS[answer].verb.toLowerCase(),
          run: () => {
            if (performance.now() - since.current >= FIRST_LOOK_MS) press(answer);
          },
        },
      ]),
    ),
  );
}
