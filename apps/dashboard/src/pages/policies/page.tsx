/** What the house lives by: kill switches on top, then what would be allowed, limits, what sessions may do, how questions are answered, and what sandboxes may reach. */
import { useQuery } from "@tanstack/react-query";
import { Page } from "../../ui/page.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { useMe } from "../session/use-me.ts";
import { DryRun } from "./dry-run.tsx";
import { EgressInventory } from "./egress.tsx";
import { Limits } from "./limits.tsx";
import { rulesQuery } from "./queries.ts";
import { Refusals } from "./refusals.tsx";
import { Rights, Rulings } from "./rights.tsx";
import { Muted, Switches } from "./switches.tsx";
import { useFollowRules } from "./use-changed.ts";
import "./policies.css";

export function PoliciesPage() {
  useFollowRules();
  const { data, error, refetch } = useQuery(rulesQuery);
  const me = useMe();
  const rules = data?.rules;
  return (
    <Page
      title="Policies"
      aside={<span className="muted small hide-phone">{me === null ? "" : `as ${me.role}`}</span>}
    >
      {rules === undefined &&
        (error === null ? (
          <Loading lines={8} />
        ) : (
          <Failed what="The rules cannot be read" error={error} onRetry={() => void refetch()} />
        ))}
      {rules !== undefined && (
        <div className="pol">
          <Switches switches={rules.switches} />
          <Muted muted={rules.muted} />
          <DryRun />
          <div className="pol-halves">
            <div className="pol-column">
              <Rights grants={rules.grants} />
              <Rulings rulings={rules.approvals} />
              <Refusals />
            </div>
            <Limits limits={rules.limits} />
          </div>
          <EgressInventory />
        </div>
      )}
    </Page>
  );
}
