/** What people do about an item: put it off for a while, or say whose it is. Both are recorded, and count for everybody. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { problemIn } from "../../api/client.ts";
import { assign, snooze } from "../../api/commands.ts";
import { KEYS, meQuery } from "../../api/queries.ts";
import type { Problem } from "../../api/types.ts";
import { announce } from "../../state/announce.ts";
import { houseNow } from "../../state/now.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { RefusalLine } from "../../ui/states.tsx";
import type { InboxItem } from "./items.ts";
import { PUT_OFFS } from "./put-off.ts";

interface DialogProps {
  readonly item: InboxItem;
  readonly onClose: () => void;
}

/** Runs a command once; closes where it was accepted, and says why where it was not. */
function useAsking(onClose: () => void) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const client = useQueryClient();
  const run = async (asking: () => Promise<unknown>, done: string): Promise<void> => {
    setBusy(true);
    try {
      await asking();
      // What people do about an item is in no row that the stream tells of.
      await client.invalidateQueries({ queryKey: KEYS.attention });
      announce(done);
      onClose();
    } catch (error) {
      setProblem(problemIn(error));
      setBusy(false);
    }
  };
  return { isBusy, problem, run };
}

export function SnoozeDialog({ item, onClose }: DialogProps) {
  const [reason, setReason] = useState("");
  const [forMs, setForMs] = useState(PUT_OFFS[0]?.forMs ?? 0);
  const { isBusy, problem, run } = useAsking(onClose);
  const isReady = reason.trim() !== "" && !isBusy;
  return (
    <Dialog
      title={`Put off “${item.title}”`}
      onClose={onClose}
      footer={
        <>
          <Field
            label="Reason"
            placeholder="Reason, for the record"
            maxLength={300}
            value={reason}
            onValue={setReason}
          />
          <Button
            tone="primary"
            disabled={!isReady}
            onClick={() => void run(() => snooze(item.key, houseNow() + forMs, reason.trim()), "Put off.")}
          >
            Put off
          </Button>
          {(item.item?.snoozedUntil ?? null) !== null && (
            <Button
              disabled={!isReady}
              onClick={() => void run(() => snooze(item.key, null, reason.trim()), "Back in the list.")}
            >
              Bring back
            </Button>
          )}
        </>
      }
    >
      <p className="soft">
        It comes back by itself, and at once if it gets another cause. Nobody sees it until then.
      </p>
      <fieldset className="choices">
        <legend className="vh">For how long</legend>
        {PUT_OFFS.map((option) => (
          <label key={option.label}>
            <input
              type="radio"
              name="put-off"
              checked={option.forMs === forMs}
              onChange={() => setForMs(option.forMs)}
            />
            {option.label}
          </label>
        ))}
      </fieldset>
      {problem !== null && <RefusalLine problem={problem} />}
    </Dialog>
  );
}

export function AssignDialog({ item, onClose }: DialogProps) {
  const me = useQuery(meQuery).data?.principal.name ?? "";
  const [to, setTo] = useState(item.item?.assignedTo ?? me);
  const { isBusy, problem, run } = useAsking(onClose);
  return (
    <Dialog
      title={`Whose is “${item.title}”?`}
      onClose={onClose}
      footer={
        <>
          <Field
            label="Name"
            placeholder="Name of a person or a Claw"
            maxLength={120}
            value={to}
            onValue={setTo}
          />
          {(item.item?.assignedTo ?? null) !== null && (
            <Button
              tone="ghost"
              disabled={isBusy}
              onClick={() => void run(() => assign(item.key, null), "Nobody's now.")}
            >
              Nobody’s
            </Button>
          )}
          <Button
            tone="primary"
            disabled={isBusy || to.trim() === ""}
            onClick={() => void run(() => assign(item.key, to.trim()), `Assigned to ${to.trim()}.`)}
          >
            Assign
          </Button>
        </>
      }
    >
      <p className="soft">Everybody sees whose it is. It gives no right that the person does not have.</p>
      {problem !== null && <RefusalLine problem={problem} />}
    </Dialog>
  );
}
