/** What the rules refused lately: which of them said no how often, so that one that stands in everybody's way is seen (EXPERIENCE 4.1.9). */
import { useQuery } from "@tanstack/react-query";
import { commandsQuery } from "../../api/queries.ts";
import { Age } from "../../ui/age.tsx";
import { Bar } from "../../ui/bar.tsx";
import { counted, figure } from "../../words/figures.ts";
import { oneLine } from "../../words/safe.ts";
import { CommandLink } from "../session/links.tsx";
import { refusalsOf } from "./domain/refusals.ts";

/** The newest refusals that are counted. */
const NEWEST = 200;

export function Refusals() {
  const { data } = useQuery(commandsQuery({ decision: "refused", limit: NEWEST }));
  if (data === undefined) return null;
  const refusals = refusalsOf(data.commands);
  const most = refusals[0]?.count ?? 1;
  const isCut = data.nextCursor !== null;
  return (
    <section className="block" aria-labelledby="pol-refusals">
      <h2 className="h" id="pol-refusals">
        What rules refused{" "}
        <small>
          {isCut ? `the newest ${figure(NEWEST)} refusals` : counted(data.commands.length, "refusal")}
        </small>
      </h2>
      {refusals.length === 0 && <p className="small muted">Nothing was refused yet.</p>}
      <ul className="pol-refusals">
        {refusals.map(({ rule, count, codes, newest }) => (
          <li key={rule}>
            <span>
              <b className="mid">{oneLine(rule, 60)}</b>
              <span className="pol-what">
                {codes.map((code) => oneLine(code, 40)).join(", ")}; the last,{" "}
                <CommandLink commandId={newest.commandId} />, <Age at={newest.at} /> ago
              </span>
            </span>
            <Bar share={count / most} tone="danger" label={`${rule}: ${counted(count, "refusal")}`} />
            <span className="num">{figure(count)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
