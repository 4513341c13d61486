/** What Codex asks in this session: the oldest open question as a card that can be answered, and what was asked before in a line each. */
import { useState } from "react";
import type { ApprovalView } from "../../api/types.ts";
import { Actor } from "../../ui/actor.tsx";
import { Clock } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { counted } from "../../words/figures.ts";
import { oneLine } from "../../words/safe.ts";
import { asks, endingOf } from "../attention/answers.ts";
import { ApprovalCard } from "../attention/approval-card.tsx";

export function Approvals({ approvals }: { readonly approvals: readonly ApprovalView[] }) {
  const [isAll, setAll] = useState(false);
  const ordered = approvals.toSorted((a, b) => (a.openedAt < b.openedAt ? -1 : 1));
  const [first, ...waiting] = ordered.filter(({ state }) => state === "open");
  const closed = ordered.filter(({ state }) => state === "closed").toReversed();
  if (first === undefined && closed.length === 0) return null;
  return (
    <div className="ses-approvals">
      {first !== undefined && (
        <div className="indent">
          <h3 className="vh">{asks(first.kind)}</h3>
          <ApprovalCard key={first.requestId} approval={first} />
          {waiting.length > 0 && (
            <p className="small muted">{counted(waiting.length, "more question")} after it.</p>
          )}
        </div>
      )}
      {closed.length > 0 && (
        <p className="indent">
          <Button small tone="ghost" glyph="approval" aria-expanded={isAll} onClick={() => setAll(!isAll)}>
            {counted(closed.length, "question")} asked before
          </Button>
        </p>
      )}
      {isAll && (
        <ul className="indent ses-asked">
          {closed.map((approval) => (
            <Asked approval={approval} key={approval.requestId} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Asked({ approval }: { readonly approval: ApprovalView }) {
  const ending = endingOf(approval);
  return (
    <li>
      <Clock at={approval.closedAt ?? approval.openedAt} />
      <span>
        <code className="trunc">
          {approval.subject === null ? asks(approval.kind) : oneLine(approval.subject, 200)}
        </code>
        <small>
          {approval.decision !== null && <Actor principal={approval.decision.by} bare />}{" "}
          {ending === null ? "" : oneLine(ending.head, 160)}{" "}
          {ending !== null && ending.reason !== null && (
            <span className="quote">{oneLine(ending.reason, 200)}</span>
          )}
        </small>
      </span>
    </li>
  );
}
