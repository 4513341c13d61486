/** The log and the ledgers that copy it: which is of record, how far each is, and whether two that stand at one place hold the same. */
import { useQuery } from "@tanstack/react-query";
import { Age } from "../../ui/age.tsx";
import { Failed } from "../../ui/states.tsx";
import { Status } from "../../ui/status.tsx";
import type { Look } from "../../ui/tones.ts";
import { counted, figure } from "../../words/figures.ts";
import { oneLine, shortId } from "../../words/safe.ts";
import { differing } from "./domain/chains.ts";
import { isForbidden, ledgersQuery, type LedgerView, type LogView } from "./queries.ts";

const LOOKS: Readonly<Record<LedgerView["role"], Look>> = {
  record: { glyph: "verified", tone: "ok", word: "of record" },
  replica: { glyph: "db", tone: "ok", word: "replica" },
  waiting: { glyph: "pending", tone: "wait", word: "catching up" },
  unclaimed: { glyph: "unknown", tone: "attention", word: "none is of record" },
};

export function Ledgers() {
  const { data, error } = useQuery(ledgersQuery);
  if (data === undefined)
    return error === null || isForbidden(error) ? null : (
      <Failed what="The ledgers cannot be read" error={error} />
    );
  const wrong = differing(data.ledgers);
  return (
    <section className="block" aria-labelledby="hlt-ledgers">
      <h2 className="h" id="hlt-ledgers">
        Log and ledgers <small>{logWords(data.log)}</small>
      </h2>
      {wrong.length > 0 && (
        <p className="refused-line" role="alert">
          {wrong.map((id) => oneLine(id, 60)).join(" and ")} stand at the same position and do not hold the
          same. One of them is wrong: see “claw ledger verify”.
        </p>
      )}
      {data.ledgers.length === 0 && (
        <p className="muted small">No ledger was heard lately: the log of this house is its own ledger.</p>
      )}
      <ul className="hlt-rows">
        {data.ledgers.map(({ ledgerId, role, position, lag, generation, chain, heardAt }) => (
          <li key={ledgerId}>
            <span>
              <b className="mid">{oneLine(ledgerId, 60)}</b>
              <small>
                generation {figure(generation)}, chain <code>{shortId(chain)}</code>
              </small>
            </span>
            <Status look={LOOKS[role]} loud={role === "unclaimed"} />
            <span className="num">
              {figure(position)}
              <small>{lag === null ? "lag unknown" : `${counted(lag, "message")} behind`}</small>
            </span>
            <span>
              <Age at={heardAt} />
              <small>since it was heard</small>
            </span>
          </li>
        ))}
      </ul>
      {data.log.lastQuarantine !== null && (
        <p className="small muted">
          {counted(data.log.quarantinedMessages, "message")} of the log are no entries; the last at{" "}
          {figure(data.log.lastQuarantine.position)}: <code>{oneLine(data.log.lastQuarantine.code, 60)}</code>
        </p>
      )}
    </section>
  );
}

function logWords({ generation, trimmedBefore, resumedReason }: LogView): string {
  const life =
    generation === 1
      ? "the log's first life"
      : `the log's life ${figure(generation)}${resumedReason === null ? "" : `, begun because “${oneLine(resumedReason, 120)}”`}`;
  return trimmedBefore === null ? life : `${life}; before ${figure(trimmedBefore)} in the ledgers alone`;
}
