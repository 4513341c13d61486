/**
 * Who may do what to whom: one table of role × action × relation. What it does not name is refused.
 *
 * `self`: the session that asks is the one that is meant. `child`: it spawned the one that is meant, itself (X1-002). `group`: it, or the Claw that asks,
 * belongs to the group that looks after the one that is meant. `other`: neither; so it always is for people, who have no group. `none`: no session is meant, or
 * none that anybody knows. A session that is asked for stands to its caller as the host that is named for it does.
 */
import type { Command, CommandType, Role } from "@claw/events";

export const relations = ["self", "child", "group", "other", "none"] as const;
export type Relation = (typeof relations)[number];

/** What is done: the command's type, but that halting is easier to be allowed than resuming, and all of the house the hardest. */
export type Action =
  | Exclude<CommandType, "switch.set">
  | "switch.halt"
  | "switch.resume"
  | "switch.resume_all";

type Row = Readonly<Partial<Record<Role, readonly Relation[]>>>;

const ANY: readonly Relation[] = relations;
const HOUSE: readonly Relation[] = ["none"];
/** A session that nobody knows is told apart by a later rule, with a better answer than `forbidden`. So is an echo to oneself. */
const GROUP: readonly Relation[] = ["group", "none"];
const PEERS: readonly Relation[] = ["self", "child", "group", "none"];
/** A session acts on others where policy opens it (`rules/rights.ts`), and on what it spawned itself. */
const OTHERS: readonly Relation[] = ["child", "group", "none"];
const OWN: readonly Relation[] = ["self", "child"];
const CHILD: readonly Relation[] = ["child"];
const SELF: readonly Relation[] = ["self"];

const table: Readonly<Record<Action, Row>> = {
  "session.send": { admin: ANY, operator: ANY, claw: GROUP, session: PEERS },
  "session.interrupt": { admin: ANY, operator: ANY, claw: GROUP, session: OTHERS },
  "session.spawn": { admin: ANY, operator: ANY, claw: GROUP, session: GROUP },
  "session.fork": { admin: ANY, operator: ANY, claw: GROUP, session: OWN },
  "session.resume": { admin: ANY, operator: ANY, claw: GROUP },
  "session.stop": { admin: ANY, operator: ANY, session: CHILD },
  "approval.decide": { admin: ANY, operator: ANY, claw: GROUP },
  "approval.test": { admin: ANY, operator: ANY, claw: GROUP },
  "progress.report": { session: SELF },
  "lease.acquire": { admin: ANY, operator: ANY, claw: GROUP },
  "lease.renew": { admin: ANY, operator: ANY, claw: GROUP },
  "lease.release": { admin: ANY, operator: ANY, claw: GROUP },
  "lease.break": { admin: ANY, operator: ANY },
  "switch.halt": { admin: ANY, operator: ANY },
  "switch.resume": { admin: ANY, operator: ANY },
  "switch.resume_all": { admin: HOUSE },
  "policy.set": { admin: HOUSE },
  "policy.grant": { admin: HOUSE },
  "policy.approvals": { admin: HOUSE },
  "record.attempt": { admin: HOUSE },
  "host.add": { admin: HOUSE },
  "host.cordon": { admin: HOUSE },
  "host.drain": { admin: HOUSE },
  "host.rotate": { admin: HOUSE },
  "token.create": { admin: HOUSE },
  "token.revoke": { admin: HOUSE },
  "quarantine.retry": { admin: HOUSE },
  "quarantine.waive": { admin: HOUSE },
  "ledger.promote": { admin: HOUSE },
  "log.trim": { admin: HOUSE },
  "runtime.register": { admin: ANY, operator: ANY },
  "runtime.update": { admin: ANY, operator: ANY },
  "egress.register": { admin: ANY, operator: ANY },
  "checkpoint.register": { admin: ANY, operator: ANY },
  "owner.map": { admin: HOUSE },
  "record.archive": { admin: HOUSE },
  "record.archive_deleted": { admin: HOUSE },
  "record.signin": { admin: HOUSE },
  "record.signout": { admin: HOUSE },
  "share.grant": { admin: ANY, operator: ANY, viewer: ANY, auditor: ANY },
  "share.break_glass": { admin: ANY },
  "attention.snooze": { admin: HOUSE, operator: HOUSE, claw: HOUSE },
  "attention.assign": { admin: HOUSE, operator: HOUSE, claw: HOUSE },
};

export const actions = Object.keys(table) as readonly Action[];

export function actionOf(command: Command): Action {
  if (command.type !== "switch.set") return command.type;
  if (command.state === "halted") return "switch.halt";
  return command.scope === "global" ? "switch.resume_all" : "switch.resume";
}

export function mayDo(role: Role, action: Action, relation: Relation): boolean {
  const row = Object.hasOwn(table, action) ? table[action] : {};
  return Object.hasOwn(row, role) && (row[role] ?? []).includes(relation);
}

/** The least role of a person that may do it: what whoever is refused has to ask for. */
export const neededFor = (action: Action, relation: Relation): Role =>
  mayDo("operator", action, relation) ? "operator" : "admin";
