/** What is told of the row under the cursor: how to attach, and what no column has room for. */
import { Age } from "../../ui/age.tsx";
import { CopyLine } from "../../ui/copy.tsx";
import { Fact } from "../../ui/figure.tsx";
import { oneLine } from "../../words/safe.ts";
import { attachLine, type FleetRow } from "./rows.ts";

const CREDENTIALS = { none: "none", session: "of the session", worker: "of the worker" } as const;

export function Peek({ row }: { readonly row: FleetRow }) {
  const { fleet, session } = row;
  return (
    <>
      {row.need !== null && (
        <p className="peek-why">
          {oneLine(row.need.evidence)} <code>claw {oneLine(row.need.helps)}</code>
        </p>
      )}
      <AttachFacts row={row} />
      <dl className="peek-in">
        <Fact name="Last event">
          <code>{fleet.lastEvent ?? "none"}</code> <Age at={fleet.updatedAt} />
        </Fact>
        <Fact name="Owner">{fleet.owner ?? "nobody said"}</Fact>
        <Fact name="Runtime">
          {[fleet.runtime, fleet.backing, fleet.vnc ? "with VNC" : "no VNC"]
            .filter((part) => part !== null)
            .join(", ")}
        </Fact>
        <Fact name="Checkpoints">{fleet.checkpoints}</Fact>
        <Fact name="Sandbox">{fleet.sandboxId === null ? "none" : <code>{fleet.sandboxId}</code>}</Fact>
        <Fact name="Lease">{fleet.leaseId === null ? "none" : <code>{fleet.leaseId}</code>}</Fact>
        <Fact name="GitHub credential">
          {CREDENTIALS[fleet.policy.githubCredentialSource]}
          {fleet.policy.githubRepo !== null && `, for ${fleet.policy.githubRepo}`}
        </Fact>
        <Fact name="Model host">{fleet.policy.openAIBaseUrlHost ?? "default"}</Fact>
        {session !== null && <Fact name="Group">{session.group}</Fact>}
        {fleet.idleSinceAt !== null && (
          <Fact name="Idle">
            <Age at={fleet.idleSinceAt} />
          </Fact>
        )}
        <Fact name="Taken away">
          {fleet.reapAt === null ? (
            whyKept(fleet)
          ) : (
            <>
              in <Age at={fleet.reapAt} until />, unless it is renewed
            </>
          )}
        </Fact>
      </dl>
    </>
  );
}

/** Where no lease ends: nobody reaps a Codex host's session, and a runtime may have been registered without an end. */
const whyKept = ({ runtime, active }: FleetRow["fleet"]): string =>
  active || runtime === "crabbox" ? "no, it has no lease that ends" : "it is over";

function AttachFacts({ row }: { readonly row: FleetRow }) {
  const line = attachLine(row);
  const attach = row.session?.attach ?? null;
  const command = attach?.command ?? null;
  return (
    <dl className="peek-in">
      {line !== null && (
        <Fact name="Attach">
          <CopyLine text={line} />
        </Fact>
      )}
      {command !== null && (
        <Fact name={row.host === null ? "or there" : `or on ${row.host}`}>
          <CopyLine text={command} />
        </Fact>
      )}
      {line === null && <Fact name="Attach">{attach?.detail ?? "Nobody can attach to it now."}</Fact>}
    </dl>
  );
}
