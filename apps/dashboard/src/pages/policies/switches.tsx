/** Kill switches: what is halted, by whom and why, and how to halt more or let it go on. And who is muted. */
import { useState } from "react";
import { useIsCurrent, useLiveTable } from "../../live/use-live.ts";
import { Age } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { counted } from "../../words/figures.ts";
import { oneLine } from "../../words/safe.ts";
import { titleOf } from "../session/domain/title.ts";
import { SessionLink } from "../session/links.tsx";
import { ReasonDialog } from "../session/reason-dialog.tsx";
import { placeOf } from "./domain/words.ts";
import type { MuteView, SwitchView } from "./queries.ts";
import { ScopeFields } from "./scope-fields.tsx";
import { useChange } from "./use-changed.ts";

type Asking = { readonly what: "halt" } | { readonly what: "lift"; readonly of: SwitchView } | null;

export function Switches({ switches }: { readonly switches: readonly SwitchView[] }) {
  const [asking, setAsking] = useState<Asking>(null);
  const isCurrent = useIsCurrent();
  const isAllHalted = switches.some(({ scope }) => scope === "global");
  const close = (): void => setAsking(null);
  return (
    <section className="block" aria-labelledby="pol-switches">
      <div className="section-h">
        <h2 className="h" id="pol-switches">
          Kill switches{" "}
          <small>in force for the next command; interrupts by people and reads still pass</small>
        </h2>
        <span className="push" />
        <Button small tone="danger" disabled={!isCurrent} onClick={() => setAsking({ what: "halt" })}>
          Stop…
        </Button>
      </div>
      <ul className="switches">
        {!isAllHalted && (
          <li>
            <Icon name="idle" />
            <span>
              <b className="mid">Everything</b> <span className="muted">open</span>
            </span>
            <span className="sub">
              {switches.length === 0 ? "Nothing is halted." : "Only what stands below is halted."}
            </span>
            <span />
          </li>
        )}
        {switches.map((one) => (
          <li className="on" key={placeOf(one)}>
            <Icon name="stop" />
            <span className="trunc">
              <b className="mid">
                <Place of={one} />
              </b>{" "}
              <span className="t-danger">
                <span className="w">stopped</span>
              </span>
            </span>
            <span className="sub">
              by {oneLine(one.by?.name ?? "somebody", 60)}, <Age at={one.sinceAt} /> ago,{" "}
              <span className="quote">{oneLine(one.reason, 200)}</span>
            </span>
            <Button small disabled={!isCurrent} onClick={() => setAsking({ what: "lift", of: one })}>
              Open again…
            </Button>
          </li>
        ))}
      </ul>
      {asking?.what === "halt" && <HaltDialog onClose={close} />}
      {asking?.what === "lift" && <LiftDialog of={asking.of} onClose={close} />}
    </section>
  );
}

/** A session by its title, everything else by its scope and id. */
function Place({ of }: { readonly of: SwitchView }) {
  const session = useLiveTable("sessions").get(of.scope === "session" ? (of.id ?? "") : "");
  if (of.scope !== "session" || of.id === null) return <>{oneLine(placeOf(of), 80)}</>;
  return <SessionLink sessionId={of.id}>{titleOf(session, of.id)}</SessionLink>;
}

const SCOPES = [
  { value: "session", label: "Session" },
  { value: "root", label: "Cause" },
  { value: "group", label: "Group" },
  { value: "host", label: "Host" },
  { value: "global", label: "Everything" },
] as const;
type Scope = (typeof SCOPES)[number]["value"];

function HaltDialog({ onClose }: { readonly onClose: () => void }) {
  const change = useChange();
  const [scope, setScope] = useState<Scope>("session");
  const [id, setId] = useState("");
  const isAll = scope === "global";
  return (
    <ReasonDialog
      title="Stop writes"
      verb={isAll ? "Stop everything" : `Stop this ${scope === "root" ? "cause" : scope}`}
      tone="danger"
      isReady={isAll || id.trim() !== ""}
      onDo={(reason) =>
        change({ type: "switch.set", scope, id: isAll ? null : id.trim(), state: "halted", reason })
      }
      onClose={onClose}
    >
      <ScopeFields
        scopes={SCOPES}
        scope={scope}
        onScope={setScope}
        id={id}
        onId={setId}
        what={scope === "root" ? "first cause" : scope}
      />
      <p className="soft">
        Nothing is written there from the next command on. No turn is ended by it, and what a host has begun
        it finishes.
      </p>
    </ReasonDialog>
  );
}

function LiftDialog({ of, onClose }: { readonly of: SwitchView; readonly onClose: () => void }) {
  const change = useChange();
  const { scope, id } = of;
  return (
    <ReasonDialog
      title="Open again"
      verb="Open again"
      onDo={(reason) => change({ type: "switch.set", scope, id, state: "running", reason })}
      onClose={onClose}
    >
      <p>
        <b>
          <Place of={of} />
        </b>{" "}
        was stopped by {oneLine(of.by?.name ?? "somebody", 60)}:{" "}
        <span className="quote">{oneLine(of.reason, 200)}</span>
      </p>
    </ReasonDialog>
  );
}

export function Muted({ muted }: { readonly muted: readonly MuteView[] }) {
  if (muted.length === 0) return null;
  return (
    <section className="block" aria-labelledby="pol-muted">
      <h2 className="h" id="pol-muted">
        Muted <small>refused too often within a minute; interrupts and stops still pass</small>
      </h2>
      <ul className="switches">
        {muted.map(({ origin, refusals, code, unwritten, until }) => (
          <li className="on" key={origin}>
            <Icon name="silent" />
            <b className="mid trunc">{oneLine(origin, 80)}</b>
            <span className="sub">
              {counted(refusals + unwritten, "refusal")}
              {code !== null && `, the last ${code}`}
            </span>
            <span className="small muted">
              for <Age at={until} until />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
