/** What sandboxes may reach: the redacted inventory of egress policies. Its schema has no field for a secret (F1-092…F1-109). */
import { useQuery } from "@tanstack/react-query";
import { useLiveTable } from "../../live/use-live.ts";
import { Age } from "../../ui/age.tsx";
import type { Column } from "../../ui/columns.ts";
import { Icon } from "../../ui/icon.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { GridTable } from "../../ui/table.tsx";
import { figure } from "../../words/figures.ts";
import { oneLine, shortId } from "../../words/safe.ts";
import { titleOf } from "../session/domain/title.ts";
import { SessionLink } from "../session/links.tsx";
import { egressSentence } from "./domain/words.ts";
import { egressQuery, type EgressView } from "./queries.ts";

export function EgressInventory() {
  const { data, error, refetch } = useQuery(egressQuery);
  const policies = data?.policies;
  return (
    <section className="block" aria-labelledby="pol-egress">
      <div className="section-h">
        <h2 className="h" id="pol-egress">
          Sandbox policies <small>{policies === undefined ? "" : egressSentence(policies)}</small>
        </h2>
        <span className="push" />
        <span className="small muted hide-phone">
          <Icon name="lock" size="s" /> The schema has no field for a secret
        </span>
      </div>
      {policies === undefined &&
        (error === null ? (
          <Loading />
        ) : (
          <Failed what="The inventory cannot be read" error={error} onRetry={() => void refetch()} />
        ))}
      {policies !== undefined && (
        <GridTable
          caption="Sandbox policies, redacted"
          columns={COLUMNS}
          rows={policies}
          idOf={({ sandboxId }) => sandboxId}
          empty={
            <p className="muted small">
              No policy is registered. <code>claw egress register</code> registers one.
            </p>
          }
        />
      )}
    </section>
  );
}

const COLUMNS: readonly Column<EgressView>[] = [
  {
    id: "session",
    head: "Session",
    width: "minmax(180px, 1fr)",
    isFixed: true,
    look: "full",
    cell: (row) => <Whose policy={row} />,
    by: ({ sessionId }) => sessionId,
  },
  {
    id: "repo",
    head: "GitHub repo",
    width: "150px",
    cell: ({ githubRepo }) =>
      githubRepo === null ? <span className="muted">none</span> : oneLine(githubRepo, 80),
    by: ({ githubRepo }) => githubRepo,
  },
  {
    id: "hosts",
    head: "Allowed hosts",
    width: "110px",
    look: "r lab",
    isDescFirst: true,
    by: ({ allowedHostCount }) => allowedHostCount,
    cell: ({ allowedHostCount, allowedHosts }) => (
      <span className="num" title={allowedHosts.join("\n")}>
        {figure(allowedHostCount)}
      </span>
    ),
  },
  {
    id: "source",
    head: "Credential source",
    width: "140px",
    look: "lab",
    cell: ({ githubCredentialSource }) => githubCredentialSource,
    by: ({ githubCredentialSource }) => githubCredentialSource,
  },
  {
    id: "token",
    head: "GitHub token",
    width: "110px",
    look: "lab",
    cell: ({ hasGithubToken }) => <Presence has={hasGithubToken} />,
    by: ({ hasGithubToken }) => Number(hasGithubToken),
  },
  {
    id: "model",
    head: "Model host",
    width: "170px",
    look: "off",
    from: 1_200,
    cell: ({ openAIBaseUrlHost }) =>
      openAIBaseUrlHost === null ? (
        <span className="muted">usual</span>
      ) : (
        <code>{oneLine(openAIBaseUrlHost, 80)}</code>
      ),
  },
  {
    id: "at",
    head: "Registered",
    width: "90px",
    look: "r",
    isDescFirst: true,
    cell: ({ registeredAt }) => <Age at={registeredAt} />,
    by: ({ registeredAt }) => registeredAt,
  },
];

const Presence = ({ has }: { readonly has: boolean }) =>
  has ? <>present</> : <span className="muted">not present</span>;

function Whose({ policy: { sessionId, sandboxId } }: { readonly policy: EgressView }) {
  const session = useLiveTable("sessions").get(sessionId ?? "");
  return (
    <>
      {sessionId === null ? (
        <span className="muted">not known whose</span>
      ) : (
        <SessionLink sessionId={sessionId}>
          {session === undefined ? shortId(sessionId) : titleOf(session, sessionId)}
        </SessionLink>
      )}
      <small>
        <code>{oneLine(sandboxId, 60)}</code>
      </small>
    </>
  );
}
