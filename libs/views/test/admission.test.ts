/** What Codex asks ends with its turn, its thread and its host (DESIGN 6.2, N1-025): what readers see of it where the host may not join any more. */
import { HostId, SessionId } from "@claw/events";
import { describe, expect, test } from "vitest";
import { ApprovalView, type Asker, presentApproval, presentHost, presentSession } from "../src/index.ts";
import {
  after,
  AT,
  by,
  inLane,
  observed,
  own,
  policyFact,
  type Step,
  turnEnded,
  turnStarted,
} from "./acting.ts";
import { ALL } from "./given.ts";
import { answered, digestOf, inThread, parent, question, thread } from "./spawning.ts";

const joined = (tokenId = "t1", more: object = {}): Step =>
  policyFact("host.added", {
    hostId: own,
    tokenId,
    tokenDigest: digestOf("a"),
    until: null,
    ...more,
  });
const revoked = (tokenId = "t1"): Step => policyFact("token.revoked", { tokenId, reason: "lost" });
const asker: Asker = {
  principal: { kind: "person", name: "ada", role: "operator" },
  presentText: (text) => text,
  nowMs: AT + 60_000,
};
const asked = [observed, turnStarted(), question()] as const;

/** How a history leaves the question, by each of the views that tell of it. */
function seen(...steps: readonly Step[]) {
  const reader = after(...steps);
  const listed = (state: "open" | "closed") => reader.approvals({ state }, ALL).rows.length;
  const row = reader.approval(parent, "0-a");
  const session = reader.session(parent);
  if (row === null || session === null) throw new Error("no question");
  const shown = ApprovalView.strict().parse(presentApproval(row, { hostId: own, ruling: null }, asker));
  const presented = presentSession(
    session,
    { host: null, endpoint: null },
    { hostHeardAt: null, presence: { attached: "unknown", evidence: null, at: null } },
    asker,
  );
  return {
    state: shown.state,
    how: shown.how,
    listed: [listed("open"), listed("closed")],
    ofSession: presented.openApprovals,
  };
}
const OPEN = { state: "open", how: null, listed: [1, 0], ofSession: ["0-a"] };
const over = (how: string) => ({ state: "closed", how, listed: [0, 1], ofSession: [] });

describe("a question is over", () => {
  test.each([
    ["with its turn", [turnEnded()], "turn_ended"],
    [
      "with its thread",
      [by("host", { ...observed, type: "session.closed", data: { how: "archived" } })],
      "thread_closed",
    ],
    ["with its host", [revoked()], "host_revoked"],
    ["with its host's last token", [joined("t2"), revoked(), revoked("t2")], "host_revoked"],
    ["where the other token had ended", [joined("t2", { until: AT + 1 }), revoked()], "host_revoked"],
    ["once: another end comes after it", [revoked(), turnEnded()], "turn_ended"],
    ["for good where it was answered meanwhile", [revoked(), answered(), joined("t2")], "answered"],
    ["for good where its turn ended meanwhile", [revoked(), turnEnded(), joined("t2")], "turn_ended"],
  ] as const)("%s", (_title, steps, how) => {
    expect(seen(joined(), ...asked, ...steps)).toEqual(over(how));
  });

  test.each([
    ["while it has another token", [joined("t2"), revoked()]],
    ["where the token is nobody's", [revoked("t9")]],
    ["where it is another host's", [joined("t9", { hostId: HostId.parse("host-b") }), revoked("t9")]],
    ["where anybody but policy says so", [by("ingest", inLane("session/s1" as never, revoked()))]],
    ["where it is let in again", [revoked(), joined("t2")]],
    ["where it is let in again, however often", [revoked(), joined("t2"), revoked("t2"), joined("t3")]],
    ["where what revokes it is told again", [revoked(), joined("t2"), revoked()]],
  ] as const)("not %s", (_title, steps) => {
    expect(seen(joined(), ...asked, ...steps)).toEqual(OPEN);
  });

  test("also one that is told by a host that was just shut out, until it is let in again", () => {
    expect(seen(joined(), observed, revoked(), turnStarted(), question())).toEqual(over("host_revoked"));
    expect(seen(joined(), observed, revoked(), question(), joined("t2"))).toEqual(OPEN);
  });

  test("of each session of the host, and a session that asks nothing any more is forgotten", () => {
    const other = [inThread(observed), inThread(question())];
    const both = after(joined(), ...asked, ...other, revoked());
    expect(both.approvals({ state: "closed" }, ALL).rows.map(({ how }) => how)).toEqual([
      "host_revoked",
      "host_revoked",
    ]);
    const one = after(joined(), ...asked, answered(), ...other);
    expect(one.host(own)?.admission.asking).toEqual([SessionId.parse(thread)]);
  });

  test("what is remembered of it is not shown", () => {
    const row = after(joined(), ...asked, revoked()).host(own);
    expect(row?.admission).toMatchObject({ isLetIn: false, asking: [parent] });
    if (row !== null) expect(presentHost(row, null, asker)).not.toHaveProperty("admission");
  });
});
