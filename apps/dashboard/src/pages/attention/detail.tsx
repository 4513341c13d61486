/** The item that is looked at: what it is about, what helps, and what was done about it. */
import { Link } from "@tanstack/react-router";
import type { ApprovalView } from "../../api/types.ts";
import { Age, Clock } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyLine } from "../../ui/copy.tsx";
import type { GlyphName } from "../../ui/glyphs.ts";
import { Icon } from "../../ui/icon.tsx";
import { Chip, Note, Status } from "../../ui/status.tsx";
import { attentionLook } from "../../ui/tones.ts";
import { oneLine } from "../../words/safe.ts";
import { asks } from "./answers.ts";
import { ApprovalCard } from "./approval-card.tsx";
import type { InboxItem } from "./items.ts";

export interface DetailProps {
  readonly item: InboxItem;
  readonly place: string;
  readonly onBack: (() => void) | undefined;
  readonly onSnooze: () => void;
  readonly onAssign: () => void;
}

export const Detail = ({ item, place, onBack, onSnooze, onAssign }: DetailProps) => (
  <article className="detail" aria-labelledby="attention-at">
    <div className="detail-h">
      {onBack !== undefined && (
        <p>
          <Button small tone="ghost" glyph="attention" onClick={onBack}>
            All open items
          </Button>
        </p>
      )}
      <div className="row">
        <Status look={attentionLook(item.kind)} loud />
        <span className="muted num">
          <Age at={item.sinceAt} />
        </span>
        <AssignedTo name={item.item?.assignedTo ?? null} />
        <span className="push" />
        <span className="muted small num hide-phone">{place}</span>
      </div>
      <h2 id="attention-at">
        {item.approval === null ? (item.item?.evidence ?? item.title) : asks(item.approval.kind)}
      </h2>
      <p>
        <Link to="/sessions/$sessionId" params={{ sessionId: item.sessionId }}>
          {item.title}
        </Link>
        {whereOf(item)}.
      </p>
    </div>
    {item.approval === null ? (
      <Helps item={item} onSnooze={onSnooze} onAssign={onAssign} />
    ) : (
      <ApprovalCard approval={item.approval} {...(item.item !== null && { onSnooze, onAssign })} />
    )}
    <PutOffUntil item={item} />
    <SoFar item={item} />
  </article>
);

/** What somebody put off says so, with whom to ask. */
const PutOffUntil = ({ item: { item } }: { readonly item: InboxItem }) =>
  item === null || item.snoozedUntil === null ? null : (
    <Note glyph="clock">
      <p>
        <b className="mid">
          Put off until <Clock at={item.snoozedUntil} />
        </b>{" "}
        by {oneLine(item.snoozedBy ?? "somebody", 80)}.{" "}
        {item.snoozeReason !== null && <span className="quote">{oneLine(item.snoozeReason, 300)}</span>}
      </p>
    </Note>
  );

const AssignedTo = ({ name }: { readonly name: string | null }) =>
  name === null ? null : <Chip>{oneLine(name, 80)}</Chip>;

function whereOf({ session }: InboxItem): string {
  if (session === null) return "";
  const repo = session.repo === null ? "" : `, ${oneLine(session.repo, 80)}`;
  return ` on ${oneLine(session.host, 80)}${repo}`;
}

/** What is no question has no answer: what helps is said as one would type it. */
const Helps = ({ item, onSnooze, onAssign }: Omit<DetailProps, "place" | "onBack">) => (
  <>
    {item.session !== null && item.session.freshness.state !== "live" && (
      <Note tone="unknown" glyph="stale">
        <p>
          <b className="mid">Its host is {item.session.freshness.state}.</b> What is shown is from{" "}
          <Age at={item.session.lastSeenAt} /> ago.
        </p>
      </Note>
    )}
    {item.item !== null && (
      <div className="row">
        <CopyLine text={`claw ${item.item.helps}`} />
        <Link className="btn" to="/sessions/$sessionId" params={{ sessionId: item.sessionId }}>
          Open the session
        </Link>
        <span className="push" />
        <Button tone="ghost" hint="z" onClick={onSnooze}>
          Snooze…
        </Button>
        <Button tone="ghost" hint="e" onClick={onAssign}>
          Assign…
        </Button>
      </div>
    )}
  </>
);

const SoFar = ({ item: { approval, item } }: { readonly item: InboxItem }) => (
  <section aria-labelledby="so-far">
    <h3 className="h" id="so-far">
      So far
    </h3>
    <ol className="log">
      {approval === null ? (
        item !== null && <Step at={item.sinceAt} glyph="eye" says={item.evidence} />
      ) : (
        <Asked approval={approval} />
      )}
    </ol>
  </section>
);

const Asked = ({ approval: { openedAt, decision, closedAt, how } }: { readonly approval: ApprovalView }) => (
  <>
    <Step at={openedAt} glyph="a-codex" says="Codex asked" />
    {decision !== null && (
      <Step
        at={decision.at}
        glyph="audit"
        says={`Decided by ${decision.by.name}, recorded as ${decision.commandId}`}
      />
    )}
    {closedAt !== null && (
      <Step at={closedAt} glyph="check" says={how === null ? "Closed" : `Closed: ${how}`} />
    )}
  </>
);

const Step = ({
  at,
  glyph,
  says,
}: {
  readonly at: string;
  readonly glyph: GlyphName;
  readonly says: string;
}) => (
  <li>
    <Clock at={at} />
    <Icon name={glyph} />
    <span>{says}</span>
  </li>
);
