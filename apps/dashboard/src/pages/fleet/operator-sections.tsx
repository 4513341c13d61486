/** The fleet by who it belongs to: name, counts, turns, then one line each. */
import { Link } from "@tanstack/react-router";
import { useId } from "react";
import { PersonMark } from "../../ui/actor.tsx";
import { Age } from "../../ui/age.tsx";
import { Icon } from "../../ui/icon.tsx";
import { activityLook, attentionLook, LIFECYCLE_LOOKS } from "../../ui/tones.ts";
import { counted, figure } from "../../words/figures.ts";
import type { Operator } from "./operators.ts";
import type { FleetRow } from "./rows.ts";

/** Lines that one operator is shown by; the rest is a filter away. */
const MOST_LINES = 40;

export const OperatorSections = ({ operators }: { readonly operators: readonly Operator[] }) => (
  <div className="operators">
    {operators.map((operator) => (
      <OperatorSection key={operator.name ?? ""} operator={operator} />
    ))}
  </div>
);

function OperatorSection({
  operator: { name, rows, running, needing, stale, turns, hosts },
}: {
  readonly operator: Operator;
}) {
  const id = useId();
  return (
    <section className="operator" aria-labelledby={id}>
      <header>
        <PersonMark name={name ?? "?"} size="l" />
        <div>
          <h3 id={id}>{name ?? "Nobody said whose"}</h3>
          <p>
            {figure(running)} running of {figure(rows.length)}
            {needing > 0 && (
              <>
                {" · "}
                <span className="t-attention">
                  <span className="w">
                    {figure(needing)} {needing === 1 ? "needs" : "need"} attention
                  </span>
                </span>
              </>
            )}
            {stale > 0 && ` · ${figure(stale)} stale`}
            {hosts.length > 0 &&
              ` · ${hosts.slice(0, 3).join(", ")}${hosts.length > 3 ? ` and ${hosts.length - 3} more` : ""}`}
          </p>
        </div>
        <div className="tok num">{counted(turns, "turn")}</div>
      </header>
      <ul className="mini">
        {rows.slice(0, MOST_LINES).map((row) => (
          <OperatorLine key={row.id} row={row} />
        ))}
      </ul>
      {rows.length > MOST_LINES && name !== null && (
        <Link className="link small" to="/" search={{ q: `owner:${name}` }}>
          All {figure(rows.length)} in the table
        </Link>
      )}
    </section>
  );
}

const OperatorLine = ({ row: { id, title, fleet, host, session } }: { readonly row: FleetRow }) => {
  const { glyph, tone, word } = LIFECYCLE_LOOKS[fleet.status];
  const need = fleet.attention[0];
  const does =
    need === undefined
      ? session === null
        ? null
        : activityLook(session.activity.type)
      : attentionLook(need);
  return (
    <li>
      <span className={`t-${tone}`}>
        <Icon name={glyph} label={word} />
      </span>
      <span className="t">
        <Link to="/sessions/$sessionId" params={{ sessionId: id }}>
          {title}
        </Link>
        <small>{[fleet.repo, host, fleet.runtime].filter((part) => part !== null).join(" · ")}</small>
      </span>
      <span className={`act t-${does?.tone ?? "off"}`}>
        <span className="w">{does?.word ?? word}</span>{" "}
        <span className="muted num">
          <Age at={session?.activity.sinceAt ?? fleet.updatedAt} />
        </span>
      </span>
      <span className="meta">
        <span title="Log events">
          <Icon name="logs" />
          {figure(fleet.logEvents)}
        </span>
        <span title="Egress hosts">
          <Icon name="egress" />
          {fleet.policy.present ? figure(fleet.policy.allowedHostCount) : "–"}
        </span>
      </span>
    </li>
  );
};
