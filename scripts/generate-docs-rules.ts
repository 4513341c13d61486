/** The page of the rules: in which order they are asked, what each refuses, and who may do what to whom. */
import { isRefusalCode, Role } from "@claw/events";
import { rules } from "../services/policy/src/domain/rules/index.ts";
import { actions, mayDo, relations } from "../services/policy/src/domain/scope.ts";

type Row = readonly string[];
type Said = readonly [codes: readonly string[], refuses: string];

/** What each rule says no to. A rule without its sentence fails the generator, and so does a sentence without its rule. */
const SAID: Readonly<Record<string, Said>> = {
  "unused id": [
    ["command_id_reused"],
    "an id under which another command was accepted, or another one of the caller was refused",
  ],
  "caller's id": [["bad_request"], "an id of the kind that the house makes itself"],
  "session alone": [["session_only"], "a report of work by anybody but a session, of itself"],
  scope: [["forbidden"], "what the table below does not name"],
  "house alone": [["forbidden"], "what only the house itself can know"],
  "kill switch": [
    ["halted"],
    "writes, spawns and a yes to what Codex asks, out of a halted scope and into it, and spawns below a halted session; a person's interrupt, a no, and a stop pass",
  ],
  mute: [["muted"], "a session or a Claw that was refused too often lately; interrupts and stops pass"],
  right: [
    ["not_enabled"],
    "sessions that send, interrupt or spawn where no grant opens it to them; interrupts of their own children pass",
  ],
  sandbox: [
    ["sandbox_not_allowed"],
    "sessions that spawn with all of the machine (`danger-full-access`), or fork with a wider sandbox than the forked session was spawned with; of one that was spawned with none of its own they name `read-only` or none",
  ],
  "text size": [["text_too_long"], "more bytes than `text_bytes`"],
  "control characters": [["control_characters"], "what a terminal would obey; tabs and line breaks pass"],
  "no secrets": [["secret_in_text"], "text, reasons and names in which the redactor finds a secret"],
  "self-echo": [["self_echo"], "a session that sends to itself"],
  "known cause": [
    ["turn_unknown", "budget_spent", "chain_too_wide"],
    "a session that passes something on, of which no turn is known, or not the one that it names, whose cause is older than a cause may be, or in whose turn too many have met",
  ],
  cycle: [["cycle"], "a target that the cause has passed through already"],
  hops: [["too_many_hops"], "a cause that was passed on more than `hops` times"],
  "edge repeats": [
    ["edge_repeats"],
    "more than `edge_repeats` sends from one session to one other for one cause",
  ],
  "root commands": [["budget_spent"], "a cause with `root_commands` sends and spawns"],
  "root turns": [["budget_spent"], "a cause that started `root_turns` turns"],
  "root tokens": [["budget_spent"], "a cause whose turns used `root_tokens` model tokens"],
  "root wall time": [["budget_spent"], "a cause that began `root_wall_ms` ago"],
  rate: [
    ["rate_limited"],
    "sends, spawns, leases, answers, shares, reports and what is done about attention beyond a bucket of the caller, and for sends and spawns of sessions and Claws of the pair, target, group and house; never interrupts, stops and renewals",
  ],
  "tree size": [["tree_full"], "spawns in a tree of `tree_sessions` sessions"],
  "bound session": [
    ["command_outstanding", "session_unknown"],
    "a session that was asked for and has no thread yet, or never will; a stop passes",
  ],
  "known session": [["session_unknown"], "a session that was never observed"],
  "open session": [["session_closed"], "one that was archived or deleted"],
  "silent host": [["host_silent"], "a host of which nothing was heard for longer than its budget"],
  "host catching up": [["host_catching_up"], "a host whose oldest unsent fact is older than 5 s"],
  "endpoint lost": [["endpoint_lost"], "an app-server that its host cannot reach"],
  place: [
    [
      "no_host",
      "host_unknown",
      "host_silent",
      "host_catching_up",
      "host_not_open",
      "endpoint_unknown",
      "endpoint_lost",
      "workspace_not_allowed",
      "workspace_missing",
      "rate_limited",
    ],
    "spawns for which no host, or not the named one, is heard, open, ready, gives a folder that holds the workspace, and has fewer than `host_spawns` at work",
  ],
  "known lease": [["lease_unknown"], "renewing, releasing or breaking a lease that is not there"],
  "own lease": [["lease_not_yours"], "renewing or releasing somebody else's lease"],
  lease: [
    ["lease_held"],
    "writing while somebody else's lease is offered or in force; a person's interrupts and answers pass",
  ],
  "target turn": [
    ["turn_unknown", "turn_mismatch", "session_active", "session_idle"],
    "a turn that nobody can name, another turn than the expected one, or a mode that does not fit",
  ],
  "outstanding start": [["command_outstanding"], "a second start while the first has no outcome"],
  "outstanding interrupt": [
    ["command_outstanding"],
    "a second interrupt of sessions and Claws while the first has no outcome",
  ],
  "human at work": [
    ["human_at_work"],
    "sessions and Claws in a person's turn, and for `human_quiet_ms` after a person's last word",
  ],
  "open question": [
    ["approval_unknown", "approval_closed"],
    "deciding a question that was never asked, is over, or is of a host that may not join any more",
  ],
  "same question": [["approval_changed"], "deciding another question than the one that was shown"],
  answerable: [["not_answerable"], "a question that belongs to another client or program"],
  "offered answer": [["answer_not_offered"], "an answer that Codex does not take to this question"],
  "own question": [["human_at_work"], "Claws that decide a question of any turn but ours"],
  "one answer": [["command_outstanding"], "a second answer while the first has no outcome"],
  "until later": [
    ["bad_request"],
    "a token, a grant, a ruling, a share, a sign-in or a snooze that is over before it begins",
  ],
  "Claw's group": [["bad_request"], "a group for anybody but a Claw"],
  "viewer's root": [
    ["bad_request"],
    "a token bound to a root for anybody but a viewer, or to a session that is no root",
  ],
  "person's name": [
    ["bad_request"],
    "a name for a person that begins like those of Claws (`claw:`), of the house or of unix users (`unix:`)",
  ],
  "known host": [["host_unknown"], "a host that nobody added"],
  "free host": [["host_exists"], "adding a host that has a valid token"],
  "unknown token": [["token_exists"], "a token id or secret that is taken"],
  "known token": [["token_unknown"], "revoking a token that is not there"],
  "an admin stays": [["last_admin"], "revoking the last valid admin token"],
  "few tokens": [["too_many"], "more than 16 valid tokens of one host"],
  "other ledger": [
    ["ledger_of_record"],
    "promoting the ledger that is of record; a projector that claims where one is",
  ],
  "forward trim": [["bad_request"], "a trim that goes back"],
  "named switch": [
    ["bad_request"],
    "a switch, a grant or a ruling without an id, or the whole house with one; a grant, a ruling or a share for a session that has no thread yet",
  ],
  "fitting ruling": [
    ["bad_request"],
    "`ask` without `waitMs`, `accept` without `pattern`, or either with another answer",
  ],
  "few rulings": [["too_many"], "more than 2,000 grants, or rulings, in force"],
  "known limit": [["limit_unknown"], "a limit that does not exist"],
  "limit in range": [["limit_out_of_range"], "a value outside the limit's range"],
  "known subject": [
    ["session_unknown"],
    "a checkpoint, a share or a broken glass, of a session or runtime that nobody knows; a share can always be taken back",
  ],
  "free runtime": [
    ["bad_request", "runtime_exists"],
    "registering a runtime under the id of a session, of a runtime that lives, or of the kind that sessions have until they have a thread",
  ],
  "known runtime": [
    ["runtime_unknown"],
    "changing a runtime that was never registered, or ended 30 days ago",
  ],
  "living runtime": [
    ["runtime_over"],
    "changing a runtime that stopped, failed or is past its lease; that it failed may be said of one that ended otherwise",
  ],
  "same revision": [["runtime_changed"], "changing another revision of a runtime than the newest"],
  "own runtime": [
    ["forbidden"],
    "making a registered runtime somebody else's, or nobody's, for everybody but its owner and admins",
  ],
  "own share": [["not_the_owner"], "sharing what is somebody else's, for everybody but admins"],
  "fitting sign-in": [
    ["bad_request", "token_unknown"],
    "a sign-in of anybody but a person, or of one bound to a root, from a token that is not valid, or for longer than it",
  ],
  "known attention": [["attention_unknown"], "a key that begins with no kind of attention"],
};

const ABOUT = `Policy asks these rules in this order; the first that refuses wins, and the refusal names it. \`claw policy explain <command>\` shows which one it was, with the
values that were seen; \`claw policy test send\` asks them without doing anything, and \`claw policy test approval\` what would be answered to a question of Codex. [Refusals](refusals.md) has each code's way out, [limits](limits.md) the figures.`;

const SCOPE_ABOUT = `What the table does not name is refused. \`self\`: the session that asks is the one that is meant. \`child\`: it spawned the one that is meant. \`group\`: it, or the Claw that asks, belongs to the group that looks after
the session that is meant. \`other\`: neither; so it always is for people, who have no group. \`none\`: no session is meant, or none that anybody knows (a later rule says so).
A session that is asked for stands to its caller as the host does that is named for it; none where none is named. A switch is halted (\`switch.halt\`), resumed (\`switch.resume\`), or resumed for the whole house (\`switch.resume_all\`).`;

/** The whole page; `table` writes one. */
export const rulesPage = (
  note: string,
  table: (head: Row, rows: readonly Row[]) => readonly string[],
): string =>
  [
    note,
    "",
    "# Rules",
    "",
    ABOUT,
    "",
    ...table(["", "rule", "refuses", "code"], ruleRows()),
    "",
    "## Who may do what to whom",
    "",
    SCOPE_ABOUT,
    "",
    ...table(["action", ...Role.options], actions.map(scopeRow)),
    "",
  ].join("\n");

function ruleRows(): readonly Row[] {
  const names = new Set(rules.map(([name]) => name));
  const stray = Object.keys(SAID).find((name) => !names.has(name));
  if (stray !== undefined) throw new Error(`there is no rule "${stray}" any more`);
  return rules.map(([name], index) => {
    const said = SAID[name];
    if (said === undefined || !said[0].every(isRefusalCode))
      throw new Error(`say what the rule "${name}" refuses, and with which codes`);
    const [codes, refuses] = said;
    return [String(index + 1), name, refuses, codes.map((code) => `\`${code}\``).join(", ")];
  });
}

function scopeRow(action: (typeof actions)[number]): Row {
  const cells = Role.options.map((role) => {
    const allowed = relations.filter((relation) => mayDo(role, action, relation));
    return allowed.length === relations.length ? "all" : allowed.join(", ") || "–";
  });
  return [`\`${action}\``, ...cells];
}
