/** One command: the answer in a sentence, then from cause to result with the time between. */
import { useQuery } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import type { CommandView } from "../../api/types.ts";
import { useLiveTable } from "../../live/use-live.ts";
import { CopyId } from "../../ui/copy.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { clockOf, momentOf, msOf } from "../../words/age.ts";
import { figure } from "../../words/figures.ts";
import { oneLine, plain, shortId } from "../../words/safe.ts";
import { titleOf } from "../session/domain/title.ts";
import { SessionLink } from "../session/links.tsx";
import type { CommandShape } from "../session/shapes.ts";
import { answerOf, chainOf, sinceBefore, type Step } from "./domain/chain.ts";

const commandQuery = (commandId: string) => ({
  queryKey: [...KEYS.commands, "one", commandId],
  queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
    request<{ readonly command: CommandView }>(`/api/commands/${encodeURIComponent(commandId)}`, { signal }),
  staleTime: Infinity,
  retry: false,
});

export function Because({
  commandId,
  isChosen,
  known,
}: {
  readonly commandId: string | null;
  /** False where nobody chose it: then a phone shows the list alone. */
  readonly isChosen: boolean;
  readonly known: readonly CommandShape[];
}) {
  const here = known.find((command) => command.commandId === commandId);
  const { data, error } = useQuery({
    ...commandQuery(commandId ?? ""),
    enabled: commandId !== null && here === undefined,
  });
  const command = here ?? data?.command;
  return (
    <aside className={isChosen ? "because" : "because unchosen"} aria-label="How it came about">
      {command !== undefined && <Told command={command} />}
      {command === undefined &&
        commandId !== null &&
        (error === null ? <Loading /> : <Failed what="This command cannot be shown" error={error} />)}
    </aside>
  );
}

function Told({ command }: { readonly command: CommandShape }) {
  const steps = chainOf(command);
  const { who, did, to, end } = answerOf(command);
  const sessions = useLiveTable("sessions");
  const sessionId = command.spawnedSessionId ?? command.sessionId;
  const decidedAt = msOf(command.decidedAt);
  return (
    <>
      <p className="micro muted">
        Entry <span className="num">{figure(command.position)}</span>
        {decidedAt !== null && `, ${momentOf(decidedAt)}`}{" "}
        <CopyId shown={shortId(command.commandId)} text={command.commandId} />
      </p>
      <p className="answer">
        <b>{oneLine(who, 80)}</b> {oneLine(did, 80)}
        {to !== null && (
          <>
            :{" "}
            <b>
              {sessionId === null ? (
                oneLine(to, 80)
              ) : (
                <SessionLink sessionId={sessionId}>{titleOf(sessions.get(sessionId), sessionId)}</SessionLink>
              )}
            </b>
          </>
        )}
        . {end}
      </p>
      {command.reason !== null && (
        <p className="cmd-why">
          Why: <span className="quote">{oneLine(command.reason, 1_024)}</span>
        </p>
      )}
      {command.text !== null && (
        <blockquote className="cmd-text">
          {plain(command.text, 2_000)}
          {command.cutLetters > 0 && (
            <small className="muted">
              {" "}
              {figure(command.cutLetters)} letters more stand in the transcript.
            </small>
          )}
        </blockquote>
      )}
      <ol className="chain" aria-label="From cause to result">
        {steps.map((step, index) => (
          <StepLine step={step} since={sinceBefore(steps, index)} isFirst={index === 0} key={step.key} />
        ))}
      </ol>
      <Remedy command={command} />
    </>
  );
}

function StepLine({
  step,
  since,
  isFirst,
}: {
  readonly step: Step;
  readonly since: string | null;
  readonly isFirst: boolean;
}) {
  return (
    <li>
      <span className="dt">{isFirst && step.at !== null ? clockOf(step.at) : since}</span>
      <span className={step.isGood ? "n ok" : "n"}>
        <Icon name={step.glyph} />
      </span>
      <div>
        <p className="kd">{step.kind}</p>
        <h3>{oneLine(step.title, 160)}</h3>
        {step.words !== "" && <p>{oneLine(step.words, 400)}</p>}
        {step.refs.length > 0 && (
          <p className="ref">
            {step.refs.map((ref) => (
              <code key={ref}>{oneLine(ref, 80)}</code>
            ))}
          </p>
        )}
      </div>
    </li>
  );
}

/** What was seen, and the way out, of what was refused or failed. */
function Remedy({ command: { refusal, failure } }: { readonly command: CommandShape }) {
  const no = refusal ?? failure;
  if (no === null) return null;
  const seen = Object.entries(no.facts).filter(([, value]) => value !== null);
  return (
    <div className="note danger cmd-no">
      <Icon name="failed" />
      <div>
        <code>{no.code}</code>
        {seen.length > 0 && (
          <p className="small">
            Seen:{" "}
            {seen.map(([name, value]) => `${oneLine(name, 40)} ${oneLine(String(value), 120)}`).join(", ")}.
          </p>
        )}
        {no.remedy !== null && (
          <p className="small">Way out: {oneLine(no.remedy.replaceAll("`", ""), 400)}</p>
        )}
      </div>
    </div>
  );
}
