/** What can be done to the marked sessions. Before anything is, each target is named, with what happens to it or why it is skipped (DESIGN-NOTES 4). */
import { useState } from "react";
import { problemIn } from "../../api/client.ts";
import { interruptSession } from "../../api/commands.ts";
import { useIsCurrent } from "../../live/use-live.ts";
import { announce } from "../../state/announce.ts";
import { Button } from "../../ui/button.tsx";
import { copyText } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { counted, figure } from "../../words/figures.ts";
import { attachLine, type FleetRow } from "./rows.ts";
import { interruptTargets, type Target } from "./targets.ts";

export interface BulkProps {
  readonly rows: readonly FleetRow[];
  /** How many rows the filter lets through. */
  readonly shown: number;
  readonly onAll: () => void;
  readonly onClear: () => void;
}

export function Bulk({ rows, shown, onAll, onClear }: BulkProps) {
  const [isAsking, setAsking] = useState(false);
  const isCurrent = useIsCurrent();
  if (rows.length === 0) return null;
  const lines = rows.flatMap((row) => attachLine(row) ?? []);
  return (
    <div className="bulk" role="region" aria-label="Marked sessions">
      <b className="num">{counted(rows.length, "session")} marked</b>
      <Button
        small
        disabled={lines.length === 0}
        glyph="copy"
        onClick={() => void copyText(lines.join("\n"))}
      >
        Copy {counted(lines.length, "attach command")}
      </Button>
      <Button small tone="danger" glyph="interrupt" disabled={!isCurrent} onClick={() => setAsking(true)}>
        Interrupt…
      </Button>
      {rows.length < shown && (
        <Button small tone="ghost" onClick={onAll}>
          Mark all {figure(shown)}
        </Button>
      )}
      <Button small tone="ghost" onClick={onClear}>
        Clear
      </Button>
      {isAsking && <InterruptDialog targets={interruptTargets(rows)} onClose={() => setAsking(false)} />}
    </div>
  );
}

type Result = { readonly isDone: boolean; readonly says: string };

function InterruptDialog({
  targets,
  onClose,
}: {
  readonly targets: readonly Target[];
  readonly onClose: () => void;
}) {
  const [results, setResults] = useState<ReadonlyMap<string, Result>>(new Map());
  const [isBusy, setBusy] = useState(false);
  const meant = targets.filter(({ turnId }) => turnId !== null);
  const run = async (): Promise<void> => {
    setBusy(true);
    // One after another: the house decides each by itself, and a refusal of one says nothing of the next.
    for (const { row, turnId } of meant) {
      const result = await interrupt(row.id, turnId);
      setResults((known) => new Map(known).set(row.id, result));
    }
    setBusy(false);
    announce(`${counted(meant.length, "interrupt")} asked for.`);
  };
  const isOver = !isBusy && results.size > 0;
  return (
    <Dialog
      title={`Interrupt ${meant.length} of ${counted(targets.length, "session")}?`}
      onClose={onClose}
      footer={
        <>
          <Button tone="ghost" onClick={onClose}>
            {isOver ? "Close" : "Cancel"}
          </Button>
          <Button tone="danger" disabled={isBusy || isOver || meant.length === 0} onClick={() => void run()}>
            Interrupt {meant.length}
          </Button>
        </>
      }
    >
      <ul className="mini">
        {targets.map((target) => (
          <TargetLine key={target.row.id} target={target} result={results.get(target.row.id)} />
        ))}
      </ul>
    </Dialog>
  );
}

async function interrupt(sessionId: string, turnId: string | null): Promise<Result> {
  try {
    const { outcome } = await interruptSession(sessionId, turnId);
    return { isDone: outcome === "succeeded", says: outcome ?? "accepted, outcome not known yet" };
  } catch (error) {
    const { detail, code } = problemIn(error);
    return { isDone: false, says: `${code}: ${detail}` };
  }
}

const TargetLine = ({
  target: { row, turnId, says },
  result,
}: {
  readonly target: Target;
  readonly result: Result | undefined;
}) => {
  const isMeant = turnId !== null;
  const isGood = result === undefined ? isMeant : result.isDone;
  return (
    <li className={isMeant ? undefined : "hatched"}>
      <span className={isGood ? "t-ok" : "t-off"}>
        <Icon name={isGood ? "check" : "idle"} />
      </span>
      <span className="t">
        <b className="mid trunc">{row.title}</b>
        <small>{row.host}</small>
      </span>
      <span className={isMeant ? "act" : "act muted"}>{result?.says ?? says}</span>
      <span />
    </li>
  );
};
