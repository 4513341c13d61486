/** Limits: what holds, what is usual, and who changed it and why. */
import { useId, useState } from "react";
import { useIsCurrent } from "../../live/use-live.ts";
import { Age } from "../../ui/age.tsx";
import { Bar } from "../../ui/bar.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyLine } from "../../ui/copy.tsx";
import { figure } from "../../words/figures.ts";
import { oneLine } from "../../words/safe.ts";
import { ReasonDialog } from "../session/reason-dialog.tsx";
import { isChanged, limitFigure, shareOf } from "./domain/words.ts";
import type { LimitView } from "./queries.ts";
import { useChange } from "./use-changed.ts";

/** So many are shown at first, and always those that somebody changed. */
const AT_FIRST = 12;

export function Limits({ limits }: { readonly limits: readonly LimitView[] }) {
  const [changing, setChanging] = useState<LimitView | null>(null);
  const isCurrent = useIsCurrent();
  const [isAll, setAll] = useState(false);
  const ordered = limits.toSorted((a, b) => Number(isChanged(b)) - Number(isChanged(a)));
  const most = Math.max(AT_FIRST, limits.filter(isChanged).length);
  return (
    <section className="block" aria-labelledby="pol-limits">
      <h2 className="h" id="pol-limits">
        Limits <small>{limits.filter(isChanged).length} changed; a bar goes from the least to the most</small>
      </h2>
      <ul className="limits pol-limits">
        {ordered.slice(0, isAll ? limits.length : most).map((limit) => (
          <li key={limit.name}>
            <span>
              <code>{limit.name}</code>
              <span className="pol-what">{limit.what.replaceAll("`", "")}</span>
              {isChanged(limit) && limit.sinceAt !== null && (
                <span className="pol-what">
                  Usually {limitFigure(limit.default, limit.unit)}. Changed by{" "}
                  {oneLine(limit.by?.name ?? "somebody", 60)}, <Age at={limit.sinceAt} /> ago,{" "}
                  <span className="quote">{oneLine(limit.reason ?? "", 160)}</span>
                </span>
              )}
            </span>
            <Bar share={shareOf(limit)} {...(isChanged(limit) && { tone: "attention" as const })} />
            <span>
              <button
                type="button"
                className="btn ghost small num"
                disabled={!isCurrent}
                aria-label={`${limitFigure(limit.value, limit.unit)}: change ${limit.name}`}
                onClick={() => setChanging(limit)}
              >
                {limitFigure(limit.value, limit.unit)}
              </button>
            </span>
          </li>
        ))}
      </ul>
      {limits.length > most && (
        <p>
          <Button small tone="ghost" aria-expanded={isAll} onClick={() => setAll(!isAll)}>
            {isAll ? "Fewer" : `All ${limits.length} limits`}
          </Button>
        </p>
      )}
      {changing !== null && <LimitDialog limit={changing} onClose={() => setChanging(null)} />}
    </section>
  );
}

function LimitDialog({ limit, onClose }: { readonly limit: LimitView; readonly onClose: () => void }) {
  const change = useChange();
  const { name, min, max, unit, default: usual } = limit;
  const [text, setText] = useState(String(limit.value));
  const value = /^\d{1,12}$/.test(text.trim()) ? Number(text.trim()) : null;
  const id = useId();
  const back = value === usual;
  return (
    <ReasonDialog
      title={`Change ${name}`}
      verb={back ? "Set back to the usual" : `Set to ${value === null ? "…" : limitFigure(value, unit)}`}
      isReady={value !== null}
      onDo={(reason) => change({ type: "policy.set", limit: name, value: back ? null : value, reason })}
      onClose={onClose}
    >
      <p className="soft">{limit.what.replaceAll("`", "")}</p>
      <div className="ses-field">
        <label htmlFor={id}>
          {unit}, {figure(min)} to {figure(max)}; usually {figure(usual)}
        </label>
        <span className="field">
          <input
            id={id}
            inputMode="numeric"
            value={text}
            autoComplete="off"
            onChange={({ target }) => setText(target.value)}
          />
        </span>
      </div>
      <Button small tone="ghost" onClick={() => setText(String(usual))}>
        The usual
      </Button>
      {value !== null && (
        <div className="ses-field">
          <span>What it would have done, by the commands of the last day</span>
          <CopyLine text={`claw policy test --set ${name}=${value} --since 24h`} />
        </div>
      )}
    </ReasonDialog>
  );
}
