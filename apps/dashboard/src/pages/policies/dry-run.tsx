/** Would this be allowed? Policy is asked, nothing is done and nothing recorded; it answers for whoever is signed in (EXPERIENCE 4.1.9). */
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { problemIn } from "../../api/client.ts";
import { submit } from "../../api/commands.ts";
import type { CommandInput, Facts, Problem } from "../../api/types.ts";
import { useIsCurrent, useLiveTable } from "../../live/use-live.ts";
import { Button } from "../../ui/button.tsx";
import { Status } from "../../ui/status.tsx";
import { oneLine } from "../../words/safe.ts";
import { titleOf } from "../session/domain/title.ts";
import { useMe } from "../session/use-me.ts";

type Would = "send" | "interrupt" | "lease" | "fork" | "stop" | "answer";

interface Deed {
  readonly label: string;
  readonly command: (sessionId: string, text: string) => CommandInput;
}

const WOULD: Readonly<Record<Would, Deed>> = {
  send: {
    label: "send a message",
    command: (sessionId: string, text: string) => ({ type: "session.send", target: { sessionId }, text }),
  },
  interrupt: {
    label: "interrupt",
    command: (sessionId: string) => ({ type: "session.interrupt", target: { sessionId } }),
  },
  lease: {
    label: "take the lease",
    command: (sessionId: string) => ({ type: "lease.acquire", target: { sessionId } }),
  },
  fork: {
    label: "fork it",
    command: (sessionId: string, text: string) => ({ type: "session.fork", target: { sessionId }, text }),
  },
  stop: {
    label: "stop it and what it spawned",
    command: (sessionId: string) => ({ type: "session.stop", target: { sessionId }, reason: "a dry run" }),
  },
  answer: {
    label: "be asked to run this command",
    command: (sessionId: string, text: string) => ({
      type: "approval.test",
      target: { sessionId },
      kind: "command",
      text,
    }),
  },
};
const WOULDS = Object.keys(WOULD) as readonly Would[];

type Said = { readonly facts: Facts } | { readonly problem: Problem } | null;

export function DryRun() {
  const [said, setSaid] = useState<Said>(null);
  const ask = (command: CommandInput): void =>
    void submit(command, { dryRun: true }).then(
      ({ facts = {} }) => setSaid({ facts }),
      (error: unknown) => setSaid({ problem: problemIn(error) }),
    );
  return (
    <section className="block" aria-labelledby="pol-dry">
      <h2 className="h" id="pol-dry">
        Would this be allowed? <small>a dry run; nothing is sent, nothing is recorded</small>
      </h2>
      <div className="dry">
        <AskForm onAsk={ask} />
        <div className="ans" role="status">
          <SaidOf said={said} />
        </div>
      </div>
    </section>
  );
}

function AskForm({ onAsk }: { readonly onAsk: (command: CommandInput) => void }) {
  const isCurrent = useIsCurrent();
  const [would, setWould] = useState<Would>("send");
  const [sessionId, setSessionId] = useState("");
  const [text, setText] = useState("Go on.");
  const isReady = sessionId.trim() !== "" && text !== "";
  const ask = (event: FormEvent): void => {
    event.preventDefault();
    if (isReady) onAsk(WOULD[would].command(sessionId.trim(), text));
  };
  return (
    <form onSubmit={ask} aria-label="Dry run">
      <Who />
      <Labelled name="Would">
        <select
          value={would}
          onChange={({ target }) => setWould(WOULDS.find((known) => known === target.value) ?? "send")}
        >
          {WOULDS.map((known) => (
            <option value={known} key={known}>
              {WOULD[known].label}
            </option>
          ))}
        </select>
      </Labelled>
      <SessionField value={sessionId} onValue={setSessionId} />
      <Labelled name="Words">
        <input value={text} autoComplete="off" onChange={({ target }) => setText(target.value)} />
      </Labelled>
      <div className="row pol-explain">
        <Button type="submit" tone="primary" hint="↵" disabled={!isCurrent || !isReady}>
          Explain
        </Button>
      </div>
    </form>
  );
}

function Who() {
  const me = useMe();
  return (
    <p className="pol-who">
      <span>Who</span>
      <b className="mid">{me === null ? "you" : `${oneLine(me.name, 60)}, ${me.role}`}</b>
    </p>
  );
}

const Labelled = ({ name, children }: { readonly name: string; readonly children: ReactNode }) => (
  <label>
    {name}
    <span className="field">{children}</span>
  </label>
);

/** Sessions that the field offers; any id may be written. */
const MOST_OFFERED = 500;

function SessionField({
  value,
  onValue,
}: {
  readonly value: string;
  readonly onValue: (value: string) => void;
}) {
  const sessions = useLiveTable("sessions");
  const id = useId();
  return (
    <>
      <Labelled name="Session">
        <input
          list={id}
          value={value}
          placeholder="Its id; names are offered"
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => onValue(target.value)}
        />
      </Labelled>
      <datalist id={id}>
        {[...sessions.values()].slice(0, MOST_OFFERED).map((session) => (
          <option value={session.sessionId} key={session.sessionId}>
            {titleOf(session, session.sessionId)}
          </option>
        ))}
      </datalist>
    </>
  );
}

function SaidOf({ said }: { readonly said: Said }) {
  if (said === null)
    return <p className="muted">Choose what, and where. Policy answers as it would right now.</p>;
  if ("facts" in said)
    return (
      <>
        <h3>
          <Status look={{ glyph: "check", tone: "ok", word: "Allowed" }} />
        </h3>
        <p className="soft">No rule refuses it now.</p>
        <SeenList facts={said.facts} />
      </>
    );
  const { code, title, remedy, facts, rule } = said.problem;
  return (
    <>
      <h3>
        <Status look={{ glyph: "failed", tone: "danger", word: "Refused" }} loud />
        <code className="muted small">{code}</code>
      </h3>
      <p>{oneLine(title, 300)}</p>
      {remedy !== null && (
        <p className="soft">
          <b className="mid">Way out:</b> {oneLine(remedy.replaceAll("`", ""), 400)}
        </p>
      )}
      <SeenList facts={facts} />
      {rule !== null && rule !== undefined && (
        <p className="small muted">
          The rule “{rule}” said no; the first that refuses wins, and those after it were not asked.
        </p>
      )}
    </>
  );
}

function SeenList({ facts }: { readonly facts: Facts }) {
  const seen = Object.entries(facts);
  if (seen.length === 0) return null;
  return (
    <dl className="dl pol-seen">
      {seen.map(([name, value]) => (
        <div key={name}>
          <dt>{oneLine(name, 40)}</dt>
          <dd>{value === null ? "none" : oneLine(String(value), 160)}</dd>
        </div>
      ))}
    </dl>
  );
}
