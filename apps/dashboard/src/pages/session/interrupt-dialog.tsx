/** Ending a turn: only this one, or the session is held as well until somebody lifts it. */
import { useState } from "react";
import { interruptSession, submit } from "../../api/commands.ts";
import type { SessionView } from "../../api/types.ts";
import { Segments } from "../../ui/field.tsx";
import { oneLine } from "../../words/safe.ts";
import { ReasonDialog } from "./reason-dialog.tsx";
import { activeTurnOf } from "./use-verdict.ts";

type Reach = "turn" | "session" | "tree";

const REACHES = [
  { value: "turn", label: "This turn" },
  { value: "session", label: "And hold the session" },
  { value: "tree", label: "And all it spawned" },
] as const;

const EFFECTS: Readonly<Record<Reach, string>> = {
  turn: "Codex ends the active turn. What it did stays; the next message starts a new one.",
  session:
    "The turn ends, and nothing is written to the session until somebody lifts the switch under Policies. The reason stands there.",
  tree: "The same, for every session that this one spawned.",
};

const VERBS: Readonly<Record<Reach, string>> = {
  turn: "Interrupt",
  session: "Interrupt and hold",
  tree: "Interrupt and hold all",
};

export function InterruptDialog({
  session,
  title,
  onClose,
}: {
  readonly session: SessionView;
  readonly title: string;
  readonly onClose: () => void;
}) {
  const [reach, setReach] = useState<Reach>("turn");
  const { sessionId } = session;
  const act = (reason: string): Promise<unknown> =>
    reach === "turn"
      ? interruptSession(sessionId, activeTurnOf(session), reason)
      : submit(
          { type: "session.stop", target: { sessionId }, tree: reach === "tree", reason },
          { wait: "outcome", waitMs: 15_000 },
        );
  return (
    <ReasonDialog
      title="Interrupt"
      verb={VERBS[reach]}
      tone="danger"
      why={reach === "turn" ? "asked" : "needed"}
      onDo={act}
      onClose={onClose}
    >
      <p>
        <b>{oneLine(title, 120)}</b> on {oneLine(session.host, 80)},{" "}
        {session.turnCount === 0 ? "no turn yet" : `turn ${session.turnCount}`}.
      </p>
      <Segments legend="How far" value={reach} onValue={setReach} options={REACHES} />
      <p className="soft">{EFFECTS[reach]}</p>
    </ReasonDialog>
  );
}
