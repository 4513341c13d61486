/** Who may write: the holder, the token, what ends the lease, and how to take it, keep it or give it back. */
import type { SessionView, WriterView } from "../../api/types.ts";
import { useIsCurrent } from "../../live/use-live.ts";
import { useNow } from "../../state/now.ts";
import { Actor } from "../../ui/actor.tsx";
import { Age } from "../../ui/age.tsx";
import { Bar } from "../../ui/bar.tsx";
import { Button } from "../../ui/button.tsx";
import { RefusalLine } from "../../ui/states.tsx";
import { ageOf } from "../../words/age.ts";
import { oneLine } from "../../words/safe.ts";
import type { LeaseShape } from "./shapes.ts";
import type { Held, LeaseInHand } from "./use-lease.ts";
import { useMe } from "./use-me.ts";

export interface LeasePanelProps {
  readonly session: SessionView;
  readonly leases: readonly LeaseShape[];
  readonly inHand: LeaseInHand;
  readonly onTakeOver: () => void;
}

export function LeasePanel({ session, leases, inHand, onTakeOver }: LeasePanelProps) {
  const { writer } = session;
  const lease = writer === null ? null : (leases.find(({ leaseId }) => leaseId === writer.leaseId) ?? null);
  return (
    <section>
      <h2 className="h">
        Lease
        {lease !== null && (
          <span className="push small muted num">
            token {lease.token.generation}·{lease.token.counter}
          </span>
        )}
      </h2>
      <div className="lease">
        {writer === null ? (
          <Nobody session={session} inHand={inHand} />
        ) : (
          <Holder writer={writer} session={session} inHand={inHand} onTakeOver={onTakeOver} />
        )}
        {inHand.problem !== null && <RefusalLine problem={inHand.problem} />}
      </div>
    </section>
  );
}

function Nobody({ session, inHand }: { readonly session: SessionView; readonly inHand: LeaseInHand }) {
  const isCurrent = useIsCurrent();
  return (
    <>
      <p>
        Nobody holds it: each message takes the next token for itself.
        {session.automationYieldedAt !== null && (
          <>
            {" "}
            Automation gave way to a person <Age at={session.automationYieldedAt} /> ago.
          </>
        )}
      </p>
      <div className="row">
        <Button small glyph="lease" disabled={inHand.isBusy || !isCurrent} onClick={() => void inHand.take()}>
          Take the lease
        </Button>
      </div>
    </>
  );
}

interface HolderProps extends Omit<LeasePanelProps, "leases"> {
  readonly writer: WriterView;
}

function Holder({ writer, session, inHand, onTakeOver }: HolderProps) {
  const me = useMe();
  const isCurrent = useIsCurrent();
  const { held } = inHand;
  const isHere = held?.leaseId === writer.leaseId;
  const isMine = isHere || (me?.name === writer.holder.name && me.kind === writer.holder.kind);
  return (
    <>
      <p className="holder ses-holder">
        <Actor principal={writer.holder} />
        {isHere && held !== null ? (
          <Left held={held} />
        ) : (
          <span className="left muted">{lasts(writer.ttlMs)}</span>
        )}
      </p>
      {isHere && held !== null && <LeftBar held={held} />}
      <p>
        In force since <Age at={writer.sinceAt} />; its fence is on disk at {oneLine(session.host, 60)}. If a
        person types in the session, it ends at once.{" "}
        {isHere ? "It is renewed while this page is open." : "When it was last renewed, policy alone knows."}
      </p>
      <div className="row">
        {isMine ? (
          <>
            <Button
              small
              disabled={inHand.isBusy || !isCurrent}
              onClick={() => void inHand.release(writer.leaseId)}
            >
              Release
            </Button>
            {!isHere && (
              <Button
                small
                tone="ghost"
                disabled={!isCurrent}
                onClick={() => inHand.adopt(writer.leaseId, writer.ttlMs)}
              >
                Keep it here
              </Button>
            )}
          </>
        ) : (
          <Button small glyph="handoff" disabled={inHand.isBusy || !isCurrent} onClick={onTakeOver}>
            Take over…
          </Button>
        )}
      </div>
    </>
  );
}

const lasts = (ttlMs: number): string => `${ageOf(ttlMs)} after each renewal`;

const leftOf = ({ renewedAt, ttlMs }: Held, now: number): number => Math.max(0, renewedAt + ttlMs - now);

function Left({ held }: { readonly held: Held }) {
  const left = leftOf(held, useNow());
  return (
    <span className="left">
      <b>{ageOf(left)}</b> <span className="muted">of {ageOf(held.ttlMs)}</span>
    </span>
  );
}

function LeftBar({ held }: { readonly held: Held }) {
  const left = leftOf(held, useNow());
  return <Bar share={left / held.ttlMs} label={`${ageOf(left)} of ${ageOf(held.ttlMs)} left`} />;
}
