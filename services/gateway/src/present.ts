/** Rows as one caller may see them, with what heartbeats say now. Everything that leaves through HTTP or the live stream passes here. */
import { type EndpointId, type HostId, isQuestionKind, type SessionId } from "@claw/events";
import {
  type ApprovalPlace,
  type ApprovalRow,
  type Asker,
  type ChangedRow,
  type CommandRow,
  type EndpointRow,
  type HostBeat,
  type HostRow,
  type ItemRow,
  type LeaseRow,
  endpointKey,
  NO_OVERLAY,
  presentApproval,
  presentArchive,
  presentAttentionActs,
  presentCheckpoints,
  presentCommand,
  presentEndpoint,
  presentHost,
  presentItem,
  presentLease,
  presentOwner,
  presentPolicy,
  presentProgress,
  presentQuarantine,
  presentRuntime,
  presentSession,
  presentShare,
  presentSignIn,
  presentToken,
  presentTurn,
  type ProgressReport,
  type QuarantineRow,
  type SessionRow,
  type TokenRow,
  type ViewName,
  type ViewRows,
} from "@claw/views";
import type { Caller } from "./auth/authenticate.ts";
import type { LiveFrame, LiveView } from "./live/frames.ts";
import type { House } from "./ports.ts";
import { eyesOf, readingAs } from "./sight.ts";

type Shown = Pick<House, "reader" | "overlay" | "redactor" | "clocks" | "visibility">;

/** Made for one answer: it asks for each host once. */
export function presenterFor(house: Shown, caller: Pick<Caller, "principal">) {
  const asker: Asker = {
    principal: caller.principal,
    presentText: (text) => house.redactor.text(text).text,
    nowMs: house.clocks.wallMs(),
  };
  const eyes = eyesOf(house, caller);
  /** What is metadata to the caller is shown without words. */
  const askerOf = (sessionId: string | null): Asker =>
    eyes.isWide ? asker : { ...asker, principal: readingAs(eyes, sessionId) };
  const hosts = new Map<HostId, HostNow>();
  const endpoints = new Map<string, EndpointRow | null>();
  const present = {
    session: (row: SessionRow) => {
      const { row: host, heardAt } = hostNow(house, hosts, row.hostId);
      const place = { host, endpoint: endpointNow(house, endpoints, row) };
      return presentSession(row, place, { ...NO_OVERLAY, hostHeardAt: heardAt }, askerOf(row.sessionId));
    },
    progress: (report: ProgressReport, sessionId: SessionId) => presentProgress(report, askerOf(sessionId)),
    host: (row: HostRow) => presentHost(row, beatOf(house, row.hostId), asker),
    endpoint: (row: EndpointRow) => presentEndpoint(row),
    approval: (row: ApprovalRow) =>
      presentApproval(row, placeOf(house, row, asker.nowMs), askerOf(row.sessionId)),
    item: (row: ItemRow) => presentItem(row, askerOf(row.sessionId)),
    command: (row: CommandRow) =>
      presentCommand(
        row,
        eyes.isSelf(row.principal) ? asker : askerOf(row.spawnedSessionId ?? row.sessionId),
      ),
    lease: (row: LeaseRow) => presentLease(row),
    token: (row: TokenRow) => presentToken(row, asker),
    quarantined: (row: QuarantineRow) => presentQuarantine(row),
  };
  const liveMakers: LiveMakers = {
    sessions: present.session,
    hosts: present.host,
    endpoints: present.endpoint,
    approvals: present.approval,
    commands: present.command,
    leases: present.lease,
    turns: (row) => presentTurn(row, askerOf(row.sessionId)),
    items: present.item,
    runtimes: (row) => presentRuntime(row, asker.nowMs),
    egress: presentPolicy,
    checkpoints: presentCheckpoints,
    archives: presentArchive,
    attention: presentAttentionActs,
    owners: presentOwner,
    shares: presentShare,
    signIns: presentSignIn,
  };
  return { ...present, changed: (changed: ChangedRow) => presentChanged(liveMakers, changed) };
}

type LiveMakers = { readonly [View in LiveView]: (row: ViewRows[View]) => object };

/** A row of the live stream. Views that are not followed are null, whoever asks. */
function presentChanged(makers: LiveMakers, { view, row }: ChangedRow): LiveFrame["row"] {
  if (!Object.hasOwn(makers, view)) return null;
  const make = makers[view as LiveView] as (row: ViewRows[ViewName]) => object;
  return make(row) as LiveFrame["row"];
}

const beatOf = (house: Shown, hostId: HostId): HostBeat | null => house.overlay?.(hostId) ?? null;

/** Where a question is asked, and by which rule policy answers it now. */
function placeOf(house: Shown, { sessionId, kind }: ApprovalRow, nowMs: number): ApprovalPlace {
  const reader = house.reader();
  return {
    hostId: reader.session(sessionId)?.hostId ?? null,
    ruling: isQuestionKind(kind) ? reader.rulingOf(kind, sessionId, nowMs) : null,
  };
}

/** A host as rows that belong to it need it. */
interface HostNow {
  readonly row: HostRow | null;
  readonly heardAt: number | null;
}

function hostNow(house: Shown, hosts: Map<HostId, HostNow>, hostId: HostId): HostNow {
  const known = hosts.get(hostId);
  if (known !== undefined) return known;
  const host = { row: house.reader().host(hostId), heardAt: beatOf(house, hostId)?.heardAt ?? null };
  hosts.set(hostId, host);
  return host;
}

function endpointNow(
  house: Shown,
  endpoints: Map<string, EndpointRow | null>,
  { hostId, endpointId }: { readonly hostId: HostId; readonly endpointId: EndpointId },
): EndpointRow | null {
  const key = endpointKey(hostId, endpointId);
  const known = endpoints.get(key);
  if (known !== undefined) return known;
  const row = house.reader().row("endpoints", key)?.row ?? null;
  endpoints.set(key, row);
  return row;
}
