/** What sessions may do over MCP, and how questions of our own turns are answered: where it is said, by whom, until when. The narrowest scope counts. */
import { useState } from "react";
import { useIsCurrent } from "../../live/use-live.ts";
import { Age } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Segments } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { oneLine } from "../../words/safe.ts";
import { ReasonDialog } from "../session/reason-dialog.tsx";
import { grantsOf, kindOf, placeOf, rightOf, rulingWords } from "./domain/words.ts";
import type { GrantView, RulingView } from "./queries.ts";
import { RulingDialog } from "./ruling-dialog.tsx";
import { ScopeFields } from "./scope-fields.tsx";
import { SCOPES, type Scope } from "./scopes.ts";
import { useChange } from "./use-changed.ts";

/** In the order of how much they reach. */
const RIGHTS = ["transcript", "send", "interrupt", "spawn"] as const;

export function Rights({ grants }: { readonly grants: readonly GrantView[] }) {
  const [changing, setChanging] = useState<string | null>(null);
  const isCurrent = useIsCurrent();
  return (
    <section className="block" aria-labelledby="pol-rights">
      <h2 className="h" id="pol-rights">
        What sessions may do <small>closed where nothing opens it; the narrowest counts</small>
      </h2>
      <ul className="pol-list">
        {RIGHTS.map((right) => (
          <li key={right}>
            <span>
              <b className="mid">{rightOf(right)}</b>
              <GrantLines grants={grantsOf(right, grants)} />
            </span>
            <Button small disabled={!isCurrent} onClick={() => setChanging(right)}>
              Change…
            </Button>
          </li>
        ))}
      </ul>
      {changing !== null && <GrantDialog right={changing} onClose={() => setChanging(null)} />}
    </section>
  );
}

function GrantLines({ grants }: { readonly grants: readonly GrantView[] }) {
  if (grants.length === 0) return <span className="pol-what">closed everywhere</span>;
  return grants.map((grant) => (
    <span className="pol-what" key={placeOf(grant)}>
      <Icon name={grant.state === "open" ? "check" : "x"} size="xs" /> {grant.state} for{" "}
      {oneLine(placeOf(grant), 80)}
      {grant.until !== null && (
        <>
          {" "}
          for <Age at={grant.until} until /> more
        </>
      )}
      , by {oneLine(grant.by?.name ?? "somebody", 60)}:{" "}
      <span className="quote">{oneLine(grant.reason, 120)}</span>
    </span>
  ));
}

const STATES = [
  { value: "open", label: "Open" },
  { value: "closed", label: "Closed" },
  { value: "wider", label: "As the wider scope" },
] as const;
type State = (typeof STATES)[number]["value"];

function GrantDialog({ right, onClose }: { readonly right: string; readonly onClose: () => void }) {
  const change = useChange();
  const [scope, setScope] = useState<Scope>("group");
  const [id, setId] = useState("");
  const [state, setState] = useState<State>("open");
  const isAll = scope === "global";
  return (
    <ReasonDialog
      title={`Sessions that ${rightOf(right)}`}
      verb={state === "open" ? "Open it" : state === "closed" ? "Close it" : "Take the rule away"}
      isReady={isAll || id.trim() !== ""}
      onDo={(reason) =>
        change({
          type: "policy.grant",
          right,
          state: state === "wider" ? null : state,
          scope,
          id: isAll ? null : id.trim(),
          until: null,
          reason,
        })
      }
      onClose={onClose}
    >
      <ScopeFields scopes={SCOPES} scope={scope} onScope={setScope} id={id} onId={setId} />
      <Segments legend="State" value={state} onValue={setState} options={STATES} />
    </ReasonDialog>
  );
}

export function Rulings({ rulings }: { readonly rulings: readonly RulingView[] }) {
  const [isAsking, setAsking] = useState(false);
  const isCurrent = useIsCurrent();
  return (
    <section className="block" aria-labelledby="pol-rulings">
      <div className="section-h">
        <h2 className="h" id="pol-rulings">
          How questions of our own turns are answered{" "}
          <small>where no rule is, they are declined at once</small>
        </h2>
        <span className="push" />
        <Button small disabled={!isCurrent} onClick={() => setAsking(true)}>
          Rule…
        </Button>
      </div>
      {rulings.length === 0 && <p className="small muted">No rule: everything is declined at once.</p>}
      <ul className="pol-list">
        {rulings.map((ruling) => (
          <li key={`${placeOf(ruling)}/${ruling.kind ?? ""}`}>
            <span>
              <b className="mid">
                {kindOf(ruling.kind)} of {oneLine(placeOf(ruling), 80)}
              </b>
              <span className="pol-what">
                {oneLine(rulingWords(ruling), 300)}; by {oneLine(ruling.by?.name ?? "somebody", 60)},{" "}
                <Age at={ruling.sinceAt} /> ago, <span className="quote">{oneLine(ruling.reason, 160)}</span>
              </span>
            </span>
            <span className="small muted">
              {ruling.until !== null && (
                <>
                  for <Age at={ruling.until} until /> more
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {isAsking && <RulingDialog onClose={() => setAsking(false)} />}
    </section>
  );
}
