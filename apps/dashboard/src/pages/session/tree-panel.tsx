/** Where a session stands among others: who asked for it, its parent and root, and what it spawned. */
import type { SessionView } from "../../api/types.ts";
import { useLiveTable } from "../../live/use-live.ts";
import { Actor } from "../../ui/actor.tsx";
import { Status } from "../../ui/status.tsx";
import { activityLook } from "../../ui/tones.ts";
import { titleOf } from "./domain/title.ts";
import { SessionLink } from "./links.tsx";

/** Children that are named; of more it is said how many. */
const MOST_CHILDREN = 12;

const parentOf = ({ spawn, parentSessionId }: SessionView): string | null =>
  spawn?.parentSessionId ?? parentSessionId;

export function TreePanel({ session }: { readonly session: SessionView }) {
  const sessions = useLiveTable("sessions");
  const parentId = parentOf(session);
  const rootId = session.spawn?.rootSessionId ?? session.rootSessionId;
  const spawned = [...sessions.values()].filter((other) => parentOf(other) === session.sessionId);
  if (parentId === null && spawned.length === 0 && session.spawn === null) return null;
  const isFarRoot = rootId !== null && rootId !== parentId && rootId !== session.sessionId;
  return (
    <section>
      <h2 className="h">Tree</h2>
      <dl className="dl">
        {session.spawn !== null && (
          <>
            <dt>Asked for</dt>
            <dd>
              <Actor principal={session.spawn.createdBy} />
            </dd>
          </>
        )}
        {parentId !== null && <Relative name="Parent" sessionId={parentId} />}
        {isFarRoot && <Relative name="Root" sessionId={rootId} />}
        {spawned.length > 0 && <Spawned sessions={spawned} />}
      </dl>
    </section>
  );
}

function Relative({ name, sessionId }: { readonly name: string; readonly sessionId: string }) {
  const session = useLiveTable("sessions").get(sessionId);
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <SessionLink sessionId={sessionId}>{titleOf(session, sessionId)}</SessionLink>
      </dd>
    </>
  );
}

const Spawned = ({ sessions }: { readonly sessions: readonly SessionView[] }) => (
  <>
    <dt>Spawned</dt>
    <dd>
      <ul className="ses-children">
        {sessions.slice(0, MOST_CHILDREN).map((child) => (
          <li key={child.sessionId}>
            <SessionLink sessionId={child.sessionId}>{titleOf(child, child.sessionId)}</SessionLink>
            <Status look={activityLook(child.activity.type)} />
          </li>
        ))}
      </ul>
      {sessions.length > MOST_CHILDREN && <small>and {sessions.length - MOST_CHILDREN} more</small>}
    </dd>
  </>
);
