/** A dialog that asks why before it acts, names what will happen, and says in place when it is refused (DESIGN-NOTES: ask for a reason, show the targets, never "are you sure?"). */
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { problemIn } from "../../api/client.ts";
import type { Problem } from "../../api/types.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { RefusalLine } from "../../ui/states.tsx";
import "./session.css";

export interface ReasonDialogProps {
  readonly title: string;
  /** The effect, in a verb. */
  readonly verb: string;
  readonly tone?: "primary" | "danger";
  /** What will happen, to what. */
  readonly children?: ReactNode;
  /** False where the other fields are not filled in. */
  readonly isReady?: boolean;
  /** `asked`: it may be left empty · `none`: there is no place for it. */
  readonly why?: "needed" | "asked" | "none";
  /** Rejects where it is refused; the dialog then stays and says why. */
  readonly onDo: (reason: string) => Promise<unknown>;
  readonly onClose: () => void;
}

/** Letters of a reason (`Label` of libs/events). */
const MAX_REASON = 1_024;

export function ReasonDialog(props: ReasonDialogProps) {
  const { title, verb, tone = "primary", children, isReady = true, why = "needed", onDo, onClose } = props;
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const id = useId();
  const canDo = isReady && !isBusy && (why !== "needed" || reason.trim() !== "");
  const go = (event: FormEvent): void => {
    event.preventDefault();
    if (!canDo) return;
    setBusy(true);
    onDo(reason.trim()).then(onClose, (error: unknown) => {
      setProblem(problemIn(error));
      setBusy(false);
    });
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="ses-form" onSubmit={go}>
        {children}
        {why !== "none" && (
          <div className="ses-field">
            <label htmlFor={id}>{why === "needed" ? "Why" : "Why, if you like"}</label>
            <span className="field">
              <input
                id={id}
                value={reason}
                maxLength={MAX_REASON}
                autoComplete="off"
                placeholder="It is recorded, and others read it"
                onChange={({ target }) => setReason(target.value)}
              />
            </span>
          </div>
        )}
        {problem !== null && <RefusalLine problem={problem} />}
        <div className="row ses-form-acts">
          <Button type="submit" tone={tone} disabled={!canDo}>
            {verb}
          </Button>
          <Button tone="ghost" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
