/** Entries that a view could not fold: kept as evidence, folded again on demand, or waived by somebody who says why. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { submit } from "../../api/commands.ts";
import { useIsCurrent } from "../../live/use-live.ts";
import { Age } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Failed } from "../../ui/states.tsx";
import { Status } from "../../ui/status.tsx";
import type { Look } from "../../ui/tones.ts";
import { counted, figure } from "../../words/figures.ts";
import { oneLine } from "../../words/safe.ts";
import { ReasonDialog } from "../session/reason-dialog.tsx";
import { HEALTH_KEY, isForbidden, quarantineQuery, type QuarantineView } from "./queries.ts";

const LOOKS: Readonly<Record<QuarantineView["state"], Look>> = {
  open: { glyph: "failing", tone: "attention", word: "open" },
  folded: { glyph: "check", tone: "ok", word: "folded" },
  waived: { glyph: "idle", tone: "off", word: "waived" },
};

type Asking = { readonly what: "retry" | "waive"; readonly position: number } | null;

export function Quarantine() {
  const { data, error } = useQuery(quarantineQuery);
  const [asking, setAsking] = useState<Asking>(null);
  if (data === undefined)
    return error === null || isForbidden(error) ? null : (
      <Failed what="The quarantine cannot be read" error={error} />
    );
  const open = data.quarantine.filter(({ state }) => state === "open").length;
  return (
    <section className="block" aria-labelledby="hlt-quarantine">
      <h2 className="h" id="hlt-quarantine">
        Quarantine <small>{open === 0 ? "nothing is open" : `${figure(open)} open`}</small>
      </h2>
      {data.quarantine.length === 0 && <p className="muted small">Every entry was folded.</p>}
      <ul className="hlt-rows">
        {data.quarantine.map((entry) => (
          <Entry entry={entry} onAsk={setAsking} key={entry.position} />
        ))}
      </ul>
      {asking !== null && <Deed asking={asking} onClose={() => setAsking(null)} />}
    </section>
  );
}

interface EntryProps {
  readonly entry: QuarantineView;
  readonly onAsk: (asking: Asking) => void;
}

function Entry({ entry, onAsk }: EntryProps) {
  const { position, eventType, lane, problem, firstSeenAt, attempts, state, reason } = entry;
  return (
    <li>
      <span>
        <b className="mid num">{figure(position)}</b> <code>{oneLine(eventType, 60)}</code>
        <small>
          {oneLine(lane, 80)}: {oneLine(problem, 200)}
        </small>
      </span>
      <Status look={LOOKS[state]} loud={state === "open"} />
      <span>
        <Age at={firstSeenAt} />
        <small>
          {counted(attempts, "attempt")}
          {reason !== null && <span className="quote">{oneLine(reason, 120)}</span>}
        </small>
      </span>
      <span className="row">{state === "open" && <Deeds position={position} onAsk={onAsk} />}</span>
    </li>
  );
}

function Deeds({ position, onAsk }: Pick<EntryProps, "onAsk"> & { readonly position: number }) {
  const isCurrent = useIsCurrent();
  return (
    <>
      <Button small disabled={!isCurrent} onClick={() => onAsk({ what: "retry", position })}>
        Fold again…
      </Button>
      <Button small tone="ghost" disabled={!isCurrent} onClick={() => onAsk({ what: "waive", position })}>
        Waive…
      </Button>
    </>
  );
}

function Deed({ asking, onClose }: { readonly asking: NonNullable<Asking>; readonly onClose: () => void }) {
  const client = useQueryClient();
  const { what, position } = asking;
  const isWaiver = what === "waive";
  const act = async (reason: string): Promise<void> => {
    await submit(
      isWaiver ? { type: "quarantine.waive", position, reason } : { type: "quarantine.retry", position },
    );
    await client.invalidateQueries({ queryKey: HEALTH_KEY });
  };
  return (
    <ReasonDialog
      title={isWaiver ? "Waive an entry" : "Fold an entry again"}
      verb={isWaiver ? "Waive it" : "Fold it again"}
      why={isWaiver ? "needed" : "none"}
      onDo={act}
      onClose={onClose}
    >
      <p>
        Entry <b className="num">{figure(position)}</b>.{" "}
        {isWaiver
          ? "The views live without it; the evidence stays."
          : "The view tries again with the version that runs now."}
      </p>
    </ReasonDialog>
  );
}
