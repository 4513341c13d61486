/** Who used how many tokens, as bars: of what the caller may see (N1-036). */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Bar } from "../../ui/bar.tsx";
import { Segments } from "../../ui/field.tsx";
import { Failed } from "../../ui/states.tsx";
import { counted, roughly } from "../../words/figures.ts";
import { barsOf, restOf, type TokenBar } from "./domain/tokens.ts";
import { isForbidden, type UsageBy, usageQuery } from "./queries.ts";

const WAYS: readonly { readonly value: UsageBy; readonly label: string }[] = [
  { value: "owner", label: "by owner" },
  { value: "group", label: "by group" },
  { value: "session", label: "by session" },
];

export function Tokens() {
  const [by, setBy] = useState<UsageBy>("owner");
  const { data, error } = useQuery({ ...usageQuery(by), placeholderData: keepPreviousData });
  if (data === undefined)
    return error === null || isForbidden(error) ? null : (
      <Failed what="The tokens cannot be read" error={error} />
    );
  const { usage, total } = data;
  const rest = restOf(usage, total);
  return (
    <section className="block" aria-labelledby="hlt-tokens">
      <h2 className="h" id="hlt-tokens">
        Tokens{" "}
        <small>
          {roughly(total.totalTokens)} in {counted(total.sessions, "session")}, as Codex counts them
        </small>
      </h2>
      <Segments legend="Tokens are added up" value={by} onValue={setBy} options={WAYS} />
      {usage.length === 0 ? (
        <p className="muted small">No session has reported any.</p>
      ) : (
        <ul className="hlt-marks" aria-label={`Tokens by ${by}`}>
          {barsOf(by, usage).map((bar) => (
            <TokenLine bar={bar} key={bar.key} />
          ))}
        </ul>
      )}
      {rest !== null && <p className="small muted">{rest}</p>}
    </section>
  );
}

const TokenLine = ({ bar: { name, share, tokens, note } }: { readonly bar: TokenBar }) => (
  <li>
    <span>
      <b className="mid">{name}</b>
      <small>{note}</small>
    </span>
    <Bar share={share} label={`${name}: ${tokens} tokens`} />
    <span className="num">
      {tokens}
      <small>tokens</small>
    </span>
  </li>
);
