/** One session: what is said and done in it, what will happen to a message, who may write, and everything that was asked of it (EXPERIENCE 4.1.4). */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { problemIn } from "../../api/client.ts";
import { approvalsQuery, commandsQuery, leasesQuery, sessionQuery } from "../../api/queries.ts";
import type { ApprovalView, SessionView } from "../../api/types.ts";
import { useIsCurrent, useLiveTable } from "../../live/use-live.ts";
import { Asof } from "../../shell/asof.tsx";
import { useKeys } from "../../state/keys.ts";
import { Age } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { copyText, CopyLine } from "../../ui/copy.tsx";
import { Icon } from "../../ui/icon.tsx";
import { type KeyHint, Page } from "../../ui/page.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { Status } from "../../ui/status.tsx";
import { activityLook, FRESHNESS_LOOKS } from "../../ui/tones.ts";
import { oneLine } from "../../words/safe.ts";
import { Approvals } from "./approvals.tsx";
import { titleOf } from "./domain/title.ts";
import { ProgressPanel, TokensPanel } from "./facts-panels.tsx";
import { InterruptDialog } from "./interrupt-dialog.tsx";
import { LeasePanel, type LeasePanelProps } from "./lease-panel.tsx";
import { HostLink, SessionLink } from "./links.tsx";
import { MessageBox } from "./message-box.tsx";
import { NowPanel } from "./now-panel.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";
import { RecordPanel } from "./record-panel.tsx";
import type { CommandShape, LeaseShape } from "./shapes.ts";
import { SharesPanel } from "./shares-panel.tsx";
import { TimelinePanel } from "./timeline-panel.tsx";
import { Transcript } from "./transcript.tsx";
import { TreePanel } from "./tree-panel.tsx";
import { useLease } from "./use-lease.ts";
import { useRecord } from "./use-record.ts";
import { activeTurnOf } from "./use-verdict.ts";
import "./session.css";

const HINTS: readonly KeyHint[] = [
  { keys: ["t"], does: "write" },
  { keys: ["i"], does: "interrupt" },
  { keys: ["s"], does: "copy the attach command" },
  { keys: ["?"], does: "all keys" },
];

export function SessionPage() {
  const { sessionId = "" } = useParams({ strict: false });
  const heard = useLiveTable("sessions").get(sessionId);
  const { data, error, refetch } = useQuery(sessionQuery(sessionId));
  // What may not be seen any more is not shown from memory; what merely cannot be asked is.
  const isGone = error !== null && problemIn(error).status === 404;
  const session = heard ?? (isGone ? undefined : data);
  const crumbs = (
    <>
      <Link className="crumb hide-phone" to="/">
        Fleet
      </Link>
      <span className="crumb-sep hide-phone" aria-hidden="true">
        /
      </span>
    </>
  );
  if (session === undefined)
    return (
      <Page title="Session" crumbs={crumbs}>
        {error === null ? (
          <Loading />
        ) : (
          <Failed what="This session cannot be shown" error={error} onRetry={() => void refetch()} />
        )}
      </Page>
    );
  return <Known key={session.sessionId} session={session} crumbs={crumbs} />;
}

type Asking = "interrupt" | "takeOver" | null;

const NO_COMMANDS: readonly CommandShape[] = [];
const NO_LEASES: readonly LeaseShape[] = [];
const NO_APPROVALS: readonly ApprovalView[] = [];

/** What was asked of the session, who might write to it, and what Codex asked; empty while it is not read yet. */
function useAround(sessionId: string) {
  const commands = useQuery(commandsQuery({ session: sessionId })).data?.commands ?? NO_COMMANDS;
  const leases = useQuery(leasesQuery({ session: sessionId })).data?.leases ?? NO_LEASES;
  const approvals = useQuery(approvalsQuery(sessionId)).data?.approvals ?? NO_APPROVALS;
  return { commands, leases, approvals };
}

function Known({ session, crumbs }: { readonly session: SessionView; readonly crumbs: ReactNode }) {
  const { sessionId } = session;
  const [asking, setAsking] = useState<Asking>(null);
  const [focusAsked, setFocusAsked] = useState(0);
  const { commands, leases, approvals } = useAround(sessionId);
  const inHand = useLease(sessionId);
  const isCurrent = useIsCurrent();
  const title = titleOf(session, sessionId);
  const isActive = activeTurnOf(session) !== null;
  const close = (): void => setAsking(null);
  const attach = attachLine(session);
  useKeys("Session", {
    t: { does: "write", run: () => setFocusAsked((count) => count + 1) },
    i: { does: "interrupt", run: () => setAsking("interrupt") },
    ...(attach !== null && { s: { does: "copy the attach command", run: () => void copyText(attach) } }),
  });
  return (
    <Page
      title={title}
      crumbs={crumbs}
      bare
      aside={
        <span className="hide-phone">
          <Asof />
        </span>
      }
      hints={attach === null ? HINTS.filter(({ keys }) => keys[0] !== "s") : HINTS}
      actions={<Interrupt isReady={isCurrent && isActive} onAsk={() => setAsking("interrupt")} />}
    >
      <div className="session ses">
        <div className="talk">
          <Head session={session} />
          <Transcript
            sessionId={sessionId}
            commands={commands}
            turnCount={session.turnCount}
            itemCount={session.itemCount}
          >
            <Approvals approvals={approvals} />
          </Transcript>
          <MessageBox session={session} focusAsked={focusAsked} onTakeOver={() => setAsking("takeOver")} />
        </div>
        <Side
          session={session}
          commands={commands}
          leases={leases}
          inHand={inHand}
          onTakeOver={() => setAsking("takeOver")}
        />
      </div>
      {asking === "interrupt" && <InterruptDialog session={session} title={title} onClose={close} />}
      {asking === "takeOver" && <TakeOverDialog session={session} onDo={inHand.takeOver} onClose={close} />}
    </Page>
  );
}

/** What a person runs to be in the session; null where nobody can be. On its own host `claw attach` finds an app-server that Codex does not look for by itself. */
const attachLine = ({ attach: { command, reason }, sessionId }: SessionView): string | null =>
  command ?? (reason === "not_default" ? `claw attach ${sessionId}` : null);

const Interrupt = ({ isReady, onAsk }: { readonly isReady: boolean; readonly onAsk: () => void }) => (
  <Button tone="danger" glyph="interrupt" hint="i" disabled={!isReady} onClick={onAsk}>
    Interrupt
  </Button>
);

interface SideProps extends LeasePanelProps {
  readonly commands: readonly CommandShape[];
}

function Side({ session, commands, leases, inHand, onTakeOver }: SideProps) {
  const { sessionId } = session;
  const record = useRecord(sessionId);
  return (
    <aside className="facts-side" aria-label="About this session">
      <NowPanel session={session} />
      <LeasePanel session={session} leases={leases} inHand={inHand} onTakeOver={onTakeOver} />
      <TokensPanel session={session} />
      <ProgressPanel session={session} />
      <TreePanel session={session} />
      <RecordPanel session={session} record={record} />
      <SharesPanel sessionId={sessionId} record={record} />
      <TimelinePanel commands={commands} leases={leases} />
    </aside>
  );
}

interface TakeOverProps {
  readonly session: SessionView;
  readonly onDo: (reason: string) => Promise<unknown>;
  readonly onClose: () => void;
}

/** A take-over that is refused says why in the lease panel. */
const TakeOverDialog = ({ session, onDo, onClose }: TakeOverProps) => (
  <ReasonDialog title="Take over" verb="Take over" onDo={onDo} onClose={onClose}>
    <p>
      The lease of <b>{oneLine(session.writer?.holder.name ?? "its holder", 80)}</b> ends at once, and this
      page holds the next one. What was sent under it and not begun is not done any more.
    </p>
  </ReasonDialog>
);

function Head({ session }: { readonly session: SessionView }) {
  const { repo, branch, workspace, attach, activity, boundTo } = session;
  const place = repo ?? workspace;
  const line = attachLine(session);
  return (
    <header className="s-head">
      <div className="row">
        <Status look={activityLook(activity.type)} loud>
          <span className="muted num">
            <Age at={activity.sinceAt} />
          </span>
        </Status>
        {session.openApprovals.length > 0 && (
          <Status look={{ glyph: "approval", tone: "attention", word: "Codex asks" }} loud />
        )}
        {place !== null && (
          <span className="st">
            <Icon name="branch" size="s" />
            <span className="trunc">
              {oneLine(place, 120)}{" "}
              <span className="muted">{branch === null ? "" : oneLine(branch, 80)}</span>
            </span>
          </span>
        )}
        <span className="st">
          <Icon name="host" size="s" />
          <HostLink hostId={session.hostId}>{oneLine(session.host, 60)}</HostLink>
          <Status look={FRESHNESS_LOOKS[session.freshness.state]} />
        </span>
        {line !== null && <CopyLine text={line} />}
        {attach.command === null && attach.detail !== null && (
          <span className="small muted">{oneLine(attach.detail.replaceAll("`", ""), 200)}</span>
        )}
        {attach.remoteCommand !== null && <CopyLine text={attach.remoteCommand} />}
      </div>
      {boundTo !== null && (
        <p className="small">
          This session became <SessionLink sessionId={boundTo} />, under the name of its thread.
        </p>
      )}
    </header>
  );
}
