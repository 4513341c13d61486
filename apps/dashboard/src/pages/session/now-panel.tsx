/** What is true of the session now: four facts that are never one "status" (DESIGN-NOTES, "Words"). */
import type { SessionView } from "../../api/types.ts";
import { Age } from "../../ui/age.tsx";
import { Status } from "../../ui/status.tsx";
import { activityLook, FRESHNESS_LOOKS, HUMAN_LOOKS } from "../../ui/tones.ts";
import { oneLine } from "../../words/safe.ts";
import { HostLink } from "./links.tsx";

interface FactProps {
  readonly session: SessionView;
}

export const NowPanel = ({ session }: FactProps) => (
  <section>
    <h2 className="h">Now</h2>
    <dl className="dl">
      <dt>Lifecycle</dt>
      <dd>
        {session.closed ?? session.lifecycle}
        <small className="num">
          first seen <Age at={session.firstSeenAt} /> ago
        </small>
      </dd>
      <Activity session={session} />
      <Human session={session} />
      <Freshness session={session} />
      <dt>Runtime</dt>
      <dd>
        {session.model === null ? "model unknown" : oneLine(session.model, 60)}
        <small>
          Codex {session.codexVersion ?? "of an unknown version"}, {oneLine(session.endpointId, 40)}
        </small>
      </dd>
    </dl>
  </section>
);

const Activity = ({ session: { activity } }: FactProps) => (
  <>
    <dt>Activity</dt>
    <dd>
      <Status look={activityLook(activity.type)} loud />
      <small className="num">
        {activity.flags.map((flag) => `${oneLine(flag, 40)}, `)}
        thread status, <Age at={activity.sinceAt} />
      </small>
    </dd>
  </>
);

const Human = ({ session: { presence, lastHumanMessageAt } }: FactProps) => (
  <>
    <dt>Human</dt>
    <dd>
      <Status look={HUMAN_LOOKS[presence.attached]} />
      <small>
        {presence.evidence === null ? "nobody can see it from here" : oneLine(presence.evidence, 120)}
        {lastHumanMessageAt !== null && (
          <>
            ; typed <Age at={lastHumanMessageAt} /> ago
          </>
        )}
      </small>
    </dd>
  </>
);

const Freshness = ({ session: { freshness, host, hostId } }: FactProps) => (
  <>
    <dt>Freshness</dt>
    <dd>
      <Status look={FRESHNESS_LOOKS[freshness.state]} />
      <small className="num">
        {freshness.state === "live" ? "told" : <Age at={freshness.sinceAt} />} by{" "}
        <HostLink hostId={hostId}>{oneLine(host, 60)}</HostLink>
        {freshness.reason !== null && `, ${oneLine(freshness.reason, 80)}`}
      </small>
    </dd>
  </>
);
