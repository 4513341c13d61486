/** Commands, leases and outcomes for tests: decided as policy would, said as a host would. */
import {
  type CommandId,
  DECIDED,
  type EntryId,
  type FencingToken,
  type Json,
  type OpenEvent,
  seal,
  stampEntry,
} from "@claw/events";
import type { EventLog } from "@claw/eventlog";
import { AT, ENDPOINT, event, HOST } from "./given.ts";

export interface GivenWork {
  readonly sessionId?: string;
  readonly hostId?: string;
  readonly deadlineAt?: number;
  readonly token?: FencingToken;
  readonly text?: string;
  readonly act?: Json;
  readonly origin?: Json;
  /** The group of the Claw that asks; a person asks otherwise. */
  readonly clawOf?: string;
}

export const TOKEN: FencingToken = { generation: 0, counter: 1 };
export const SEND: Json = { kind: "send", mode: "auto", expectedTurnId: null };
export const INTERRUPT: Json = { kind: "interrupt", expectedTurnId: "turn-1" };
const PERSON: Json = { kind: "person", name: "ada", role: "operator" };
const CLAW = { kind: "claw", name: "claw-1", role: "claw" } as const;

export function accepted(commandId: string, given: GivenWork = {}): OpenEvent {
  const { sessionId = "s1", hostId = HOST, deadlineAt = AT + 30_000, token = TOKEN, act = SEND } = given;
  const { text = `text of ${commandId}` } = given;
  const data = {
    commandId,
    commandType: "session.send",
    digest: "00".repeat(32),
    principal: given.clawOf === undefined ? PERSON : { ...CLAW, group: given.clawOf },
    hostId,
    instruction: { sessionId, endpointId: ENDPOINT, token: { ...token }, act },
    origin: given.origin ?? { rootIds: [commandId], hop: 0, path: [] },
    deadlineAt,
  };
  return act === SEND || given.text !== undefined
    ? event("command.accepted", data, { text })
    : event("command.accepted", data);
}

export function offered(leaseId: string, given: GivenWork = {}): OpenEvent {
  const { sessionId = "s1", hostId = HOST, deadlineAt = AT + 10_000, token = TOKEN } = given;
  return event("lease.offered", {
    leaseId,
    sessionId,
    hostId,
    endpointId: ENDPOINT,
    holder: PERSON,
    token: { ...token },
    ttlMs: 30_000,
    offerUntil: deadlineAt,
  });
}

export const leaseEnded = (type: string, leaseId: string, sessionId = "s1"): OpenEvent =>
  event(type, { leaseId, sessionId, ...(type === "lease.granted" ? {} : { reason: "test" }) });

/** A kill switch; without an id the one over the whole house. */
export const switched = (
  state: "halted" | "running",
  scope = "global",
  id: string | null = null,
): OpenEvent => event("switch.set", { scope, id, state, reason: "test" });

const MORE: Readonly<Record<string, Json>> = {
  "command.succeeded": { mode: "start", turnId: "turn-1" },
  "command.failed": { code: "stale_token", facts: {} },
  "command.collided": { turnId: "turn-1" },
  "command.expired": {},
  "command.unknown": { reason: "crashed" },
};
export const OUTCOMES = Object.keys(MORE);

export const outcome = (commandId: string, type = "command.succeeded"): OpenEvent =>
  event(type, { commandId, fence: { ...TOKEN }, ...(MORE[type] as object) } as Json);

export const fenced = (leaseId: string): OpenEvent => event("lease.fenced", { leaseId, fence: { ...TOKEN } });

let switches = 0;

/** Appends decisions as policy would, one entry each. */
export const decided = (log: EventLog, ...events: readonly OpenEvent[]) =>
  log.append(
    events.map((one) => {
      const { commandId, leaseId } = one.data as Readonly<Record<string, CommandId | undefined>>;
      const name = commandId ?? leaseId ?? `switch-${(switches += 1)}`;
      const id = `decision/${one.type}/${name}` as EntryId;
      const said = seal(DECIDED, null, [one], () => "22".repeat(16));
      return { entry: stampEntry(said, { id, by: { kind: "policy" }, at: Date.now() }) };
    }),
  );
