/** With whom a session is shared, who broke its glass, and how to share it or take it back (X1-026). */
import { useId, useState } from "react";
import { useIsCurrent } from "../../live/use-live.ts";
import { useNow } from "../../state/now.ts";
import { Age } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Segments } from "../../ui/field.tsx";
import { PersonMark } from "../../ui/actor.tsx";
import { oneLine } from "../../words/safe.ts";
import { ReasonDialog } from "./reason-dialog.tsx";
import { type RecordView, type ShareView, useRecording } from "./use-record.ts";

interface SharesPanelProps {
  readonly sessionId: string;
  readonly record: RecordView | undefined;
}

type Asking = { readonly what: "share" } | { readonly what: "back"; readonly of: ShareView } | null;

const LEVELS = { viewer: "may look", controller: "may act" } as const;

export function SharesPanel({ sessionId, record }: SharesPanelProps) {
  const [asking, setAsking] = useState<Asking>(null);
  const isCurrent = useIsCurrent();
  const close = (): void => setAsking(null);
  const shares = record?.shares ?? [];
  return (
    <section>
      <h2 className="h">
        Shared with
        <span className="push">
          <Button small tone="ghost" disabled={!isCurrent} onClick={() => setAsking({ what: "share" })}>
            Share…
          </Button>
        </span>
      </h2>
      {record !== undefined && shares.length === 0 && record.glass.length === 0 && (
        <p className="small muted">Nobody by name. Roles say who sees it beside its owner.</p>
      )}
      <ul className="ses-shares">
        {shares.map((share) => (
          <ShareLine
            key={`${share.scope}/${share.to}`}
            share={share}
            onBack={() => setAsking({ what: "back", of: share })}
          />
        ))}
        {record?.glass.map(({ by, reason, until }) => (
          <li key={`glass/${by}`}>
            <PersonMark name={oneLine(by, 80)} />
            <span>
              <b className="mid">{oneLine(by, 80)}</b> looks in as an admin
              <small>
                for <Age at={until} until /> more, <span className="quote">{oneLine(reason, 160)}</span>
              </small>
            </span>
          </li>
        ))}
      </ul>
      {asking?.what === "share" && <ShareDialog sessionId={sessionId} onClose={close} />}
      {asking?.what === "back" && (
        <BackDialog sessionId={sessionId} owner={record?.owner ?? null} of={asking.of} onClose={close} />
      )}
    </section>
  );
}

function ShareLine({ share, onBack }: { readonly share: ShareView; readonly onBack: () => void }) {
  const { scope, to, level, by, until } = share;
  const isCurrent = useIsCurrent();
  return (
    <li>
      <PersonMark name={oneLine(to, 80)} />
      <span>
        <b className="mid">{oneLine(to, 80)}</b> {LEVELS[level]}
        <small>
          {scope === "owner" ? "all of its owner, " : ""}by {oneLine(by, 60)},{" "}
          {until === null ? (
            "without an end"
          ) : (
            <>
              for <Age at={until} until /> more
            </>
          )}
        </small>
      </span>
      <Button small tone="ghost" disabled={!isCurrent} onClick={onBack}>
        Take back… <span className="vh">from {oneLine(to, 80)}</span>
      </Button>
    </li>
  );
}

const LEVEL_OPTIONS = [
  { value: "viewer", label: "Look" },
  { value: "controller", label: "Look and act" },
] as const;

const HOUR_MS = 3_600_000;
const ENDS = [
  { value: "1", label: "For an hour" },
  { value: "24", label: "For a day" },
  { value: "168", label: "For a week" },
  { value: "never", label: "Without an end" },
] as const;
type End = (typeof ENDS)[number]["value"];

function ShareDialog({ sessionId, onClose }: { readonly sessionId: string; readonly onClose: () => void }) {
  const record = useRecording(sessionId);
  const now = useNow();
  const [to, setTo] = useState("");
  const [level, setLevel] = useState<"viewer" | "controller">("viewer");
  const [end, setEnd] = useState<End>("24");
  const id = useId();
  const until = end === "never" ? null : now + Number(end) * HOUR_MS;
  return (
    <ReasonDialog
      title="Share this session"
      verb={to.trim() === "" ? "Share" : `Share with ${oneLine(to, 40)}`}
      why="none"
      isReady={to.trim() !== ""}
      onDo={() =>
        record({ type: "share.grant", scope: "session", id: sessionId, to: to.trim(), level, until })
      }
      onClose={onClose}
    >
      <div className="ses-field">
        <label htmlFor={id}>With whom, by the name they sign in with</label>
        <span className="field">
          <input
            id={id}
            value={to}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => setTo(target.value)}
          />
        </span>
      </div>
      <Segments legend="What they may" value={level} onValue={setLevel} options={LEVEL_OPTIONS} />
      <Segments legend="For how long" value={end} onValue={setEnd} options={ENDS} />
      <p className="soft">
        They see the session in full until then, and act on it as far as their role allows. In a house where
        everybody sees everything it changes nothing.
      </p>
    </ReasonDialog>
  );
}

interface BackProps {
  readonly sessionId: string;
  readonly owner: string | null;
  readonly of: ShareView;
  readonly onClose: () => void;
}

function BackDialog({ sessionId, owner, of: { scope, to, level }, onClose }: BackProps) {
  const record = useRecording(sessionId);
  const id = scope === "session" ? sessionId : (owner ?? "");
  return (
    <ReasonDialog
      title="Take a share back"
      verb={`Take it back from ${oneLine(to, 40)}`}
      why="none"
      onDo={() => record({ type: "share.grant", scope, id, to, level: null })}
      onClose={onClose}
    >
      <p>
        <b>{oneLine(to, 80)}</b> {LEVELS[level]}{" "}
        {scope === "owner" ? "on everything of its owner" : "on this session"}. What is open in a browser of
        theirs closes at once.
      </p>
    </ReasonDialog>
  );
}
