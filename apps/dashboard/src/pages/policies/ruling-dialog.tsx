/** A rule for questions of our own turns: where, of which kind, and how they are answered. */
import { useState } from "react";
import { Field, Segments } from "../../ui/field.tsx";
import { ReasonDialog } from "../session/reason-dialog.tsx";
import { ScopeFields } from "./scope-fields.tsx";
import { SCOPES, type Scope } from "./scopes.ts";
import { useChange } from "./use-changed.ts";

const KINDS = [
  { value: "any", label: "Every kind" },
  { value: "command", label: "Commands" },
  { value: "fileChange", label: "File changes" },
  { value: "permissions", label: "Permissions" },
  { value: "elicitation", label: "Questions of tools" },
] as const;
type Kind = (typeof KINDS)[number]["value"];

const ANSWERS = [
  { value: "decline", label: "Decline" },
  { value: "ask", label: "Ask people" },
  { value: "accept", label: "Accept what matches" },
  { value: "none", label: "Take the rule away" },
] as const;
type Answer = (typeof ANSWERS)[number]["value"];

const MINUTE_MS = 60_000;
/** Minutes that people may be asked for: a day (`MAX_ASK_MS` of libs/events). */
const MAX_MINUTES = 1_440;

export function RulingDialog({ onClose }: { readonly onClose: () => void }) {
  const change = useChange();
  const [scope, setScope] = useState<Scope>("group");
  const [id, setId] = useState("");
  const [kind, setKind] = useState<Kind>("command");
  const [answer, setAnswer] = useState<Answer>("ask");
  const [minutes, setMinutes] = useState("10");
  const [pattern, setPattern] = useState("");
  const isAll = scope === "global";
  const wait = /^\d{1,4}$/.test(minutes) ? Number(minutes) : 0;
  const isFitting =
    (answer !== "ask" || (wait >= 1 && wait <= MAX_MINUTES)) &&
    (answer !== "accept" || pattern.trim() !== "");
  const command = {
    type: "policy.approvals",
    scope,
    id: isAll ? null : id.trim(),
    kind: kind === "any" ? null : kind,
    answer: answer === "none" ? null : answer,
    waitMs: answer === "ask" ? wait * MINUTE_MS : null,
    pattern: answer === "accept" ? pattern.trim() : null,
    until: null,
  };
  return (
    <ReasonDialog
      title="Rule on questions"
      verb={answer === "none" ? "Take the rule away" : "Rule so"}
      isReady={(isAll || id.trim() !== "") && isFitting}
      onDo={(reason) => change({ ...command, reason })}
      onClose={onClose}
    >
      <ScopeFields scopes={SCOPES} scope={scope} onScope={setScope} id={id} onId={setId} />
      <Segments legend="Kind" value={kind} onValue={setKind} options={KINDS} />
      <Segments legend="Answer" value={answer} onValue={setAnswer} options={ANSWERS} />
      <AnswerFields
        answer={answer}
        minutes={minutes}
        onMinutes={setMinutes}
        pattern={pattern}
        onPattern={setPattern}
      />
      <p className="soft">
        It counts for turns in which every message is ours; a person's own turn is answered by a person.
      </p>
    </ReasonDialog>
  );
}

interface AnswerFieldsProps {
  readonly answer: Answer;
  readonly minutes: string;
  readonly onMinutes: (minutes: string) => void;
  readonly pattern: string;
  readonly onPattern: (pattern: string) => void;
}

/** What an answer needs beside itself. */
function AnswerFields({ answer, minutes, onMinutes, pattern, onPattern }: AnswerFieldsProps) {
  if (answer === "ask") {
    const label = "Minutes that people have";
    return (
      <Field label={label} placeholder={label} inputMode="numeric" value={minutes} onValue={onMinutes} />
    );
  }
  if (answer !== "accept") return null;
  const label = "Pattern that the whole has to match";
  return (
    <Field label={label} placeholder="npm test *" value={pattern} onValue={onPattern} autoComplete="off" />
  );
}
