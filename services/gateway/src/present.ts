/** Rows as one caller may see them, with what heartbeats say now. Everything that leaves through HTTP or the live stream passes here. */
import type { HostId } from "@claw/events";
import {
  type ApprovalRow,
  type Asker,
  type ChangedRow,
  type EndpointRow,
  type HostBeat,
  type HostRow,
  type ItemRow,
  NO_OVERLAY,
  presentApproval,
  presentEndpoint,
  presentHost,
  presentItem,
  presentQuarantine,
  presentSession,
  presentToken,
  presentTurn,
  type QuarantineRow,
  type SessionRow,
  type TokenRow,
  type ViewName,
  type ViewRows,
} from "@claw/views";
import type { Caller } from "./auth/authenticate.ts";
import type { LiveFrame, LiveView } from "./live/frames.ts";
import type { GatewayPorts } from "./ports.ts";

type Sight = Pick<GatewayPorts, "reader" | "overlay" | "redactor" | "clocks">;

/** Made for one answer: it asks for each host once. */
export function presenterFor(house: Sight, caller: Pick<Caller, "principal">) {
  const asker: Asker = {
    principal: caller.principal,
    presentText: (text) => house.redactor.text(text).text,
    nowMs: house.clocks.wallMs(),
  };
  const hosts = new Map<HostId, HostNow>();
  const present = {
    session: (row: SessionRow) => {
      const host = hostNow(house, hosts, row.hostId);
      return presentSession(row, host.row, { ...NO_OVERLAY, hostHeardAt: host.heardAt }, asker);
    },
    host: (row: HostRow) => presentHost(row, beatOf(house, row.hostId), asker),
    endpoint: (row: EndpointRow) => presentEndpoint(row),
    approval: (row: ApprovalRow) => presentApproval(row, asker),
    item: (row: ItemRow) => presentItem(row, asker),
    token: (row: TokenRow) => presentToken(row, asker),
    quarantined: (row: QuarantineRow) => presentQuarantine(row),
  };
  const liveMakers: LiveMakers = {
    sessions: present.session,
    hosts: present.host,
    endpoints: present.endpoint,
    approvals: present.approval,
    turns: (row) => presentTurn(row, asker),
    items: present.item,
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

const beatOf = (house: Sight, hostId: HostId): HostBeat | null => house.overlay?.(hostId) ?? null;

/** A host as rows that belong to it need it. */
interface HostNow {
  readonly row: HostRow | null;
  readonly heardAt: number | null;
}

function hostNow(house: Sight, hosts: Map<HostId, HostNow>, hostId: HostId): HostNow {
  const known = hosts.get(hostId);
  if (known !== undefined) return known;
  const host = { row: house.reader().host(hostId), heardAt: beatOf(house, hostId)?.heardAt ?? null };
  hosts.set(hostId, host);
  return host;
}
