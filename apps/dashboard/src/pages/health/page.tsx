/** Whether the house itself is well: its parts, its figures, its ledgers, and what could not be folded (EXPERIENCE 4.1.13). */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "../../ui/button.tsx";
import { Page } from "../../ui/page.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { Status } from "../../ui/status.tsx";
import { oneLine } from "../../words/safe.ts";
import { shownOf } from "./domain/figures.ts";
import { type Sample, samplesIn, totalOf } from "./domain/metrics.ts";
import { Ledgers } from "./ledgers.tsx";
import { Quarantine } from "./quarantine.tsx";
import {
  HEALTH_KEY,
  isForbidden,
  ledgersQuery,
  type LedgerView,
  metricsQuery,
  type Ready,
  readyQuery,
} from "./queries.ts";
import { Shapes } from "./shapes.tsx";
import { Tokens } from "./tokens.tsx";
import { Gaps, Watermarks } from "./watermarks.tsx";
import "./health.css";

export function HealthPage() {
  const client = useQueryClient();
  const { data, error } = useQuery(readyQuery);
  const again = (): void => void client.invalidateQueries({ queryKey: HEALTH_KEY });
  return (
    <Page title="Health" actions={<Button onClick={again}>Look again</Button>}>
      <div className="hlt">
        {data === undefined &&
          (error === null ? (
            <Loading />
          ) : (
            <Failed what="The house does not say whether it is ready" error={error} onRetry={again} />
          ))}
        {data !== undefined && <Parts ready={data} />}
        <FiguresOf />
        <Tokens />
        <Ledgers />
        <Gaps />
        <Quarantine />
      </div>
    </Page>
  );
}

function Parts({ ready }: { readonly ready: Ready }) {
  const parts = Object.entries(ready.parts);
  const missing = parts.filter(([, { ok }]) => !ok).map(([name]) => name);
  return (
    <section className="block" aria-labelledby="hlt-parts">
      <p className="lede">
        {ready.status === "ready" ? (
          <>The house is ready.</>
        ) : (
          <>
            The house is not ready: <b>{missing.map((name) => oneLine(name, 40)).join(", ")}</b>.
          </>
        )}
      </p>
      <h2 className="vh" id="hlt-parts">
        Parts
      </h2>
      <ul className="hlt-parts">
        {parts.map(([name, { ok, detail }]) => (
          <li key={name}>
            <Status
              look={
                ok
                  ? { glyph: "check", tone: "ok", word: oneLine(name, 60) }
                  : { glyph: "failed", tone: "danger", word: oneLine(name, 60) }
              }
              loud={!ok}
            />
            <span className="muted small">{oneLine(detail, 200)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function FiguresOf() {
  const { data, error } = useQuery(metricsQuery);
  const ledgers = useQuery(ledgersQuery).data?.ledgers ?? NO_LEDGERS;
  if (data === undefined)
    return error === null || isForbidden(error) ? null : (
      <Failed what="The figures cannot be read" error={error} />
    );
  const samples = samplesIn(data);
  return (
    <>
      <Watermarks views={totalOf(samples, "claw_projector_position")} ledgers={ledgers} />
      <Shapes samples={samples} />
      <Figures samples={samples} />
    </>
  );
}

const NO_LEDGERS: readonly LedgerView[] = [];

function Figures({ samples }: { readonly samples: readonly Sample[] }) {
  return (
    <section className="block" aria-labelledby="hlt-figures">
      <h2 className="h" id="hlt-figures">
        Figures <small>of the process that answers you, from /metrics</small>
      </h2>
      <dl className="hlt-figures">
        {shownOf(samples).map(({ name, value, note }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="num">{oneLine(value, 40)}</dd>
            <dd className="small muted">{oneLine(note, 120)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
