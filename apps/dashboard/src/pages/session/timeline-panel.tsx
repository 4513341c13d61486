/** Every control action on the session: who, what, what came of it, and why, the newest first. */
import { useState } from "react";
import { Actor } from "../../ui/actor.tsx";
import { Clock } from "../../ui/age.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { oneLine } from "../../words/safe.ts";
import { type Moment, timelineOf } from "./domain/timeline.ts";
import { CommandLink } from "./links.tsx";
import type { CommandShape, LeaseShape } from "./shapes.ts";

/** So many are shown at first. */
const AT_FIRST = 12;

export function TimelinePanel({
  commands,
  leases,
}: {
  readonly commands: readonly CommandShape[];
  readonly leases: readonly LeaseShape[];
}) {
  const [most, setMost] = useState(AT_FIRST);
  const moments = timelineOf(commands, leases);
  return (
    <section>
      <h2 className="h">Control actions</h2>
      {moments.length === 0 && <p className="small muted">Nobody has asked anything of it yet.</p>}
      <ol className="timeline">
        {moments.slice(0, most).map((moment) => (
          <MomentLine moment={moment} key={moment.key} />
        ))}
      </ol>
      {moments.length > most && (
        <Button small tone="ghost" onClick={() => setMost(most + 5 * AT_FIRST)}>
          {moments.length - most} earlier
        </Button>
      )}
    </section>
  );
}

function MomentLine({ moment }: { readonly moment: Moment }) {
  const { at, actor, did, result, tone, quote, note, commandId } = moment;
  return (
    <li>
      <span className={actor?.kind === "claw" ? "g claw" : "g pol"}>
        {actor === null ? <Icon name="a-policy" /> : <Actor principal={actor} bare />}
      </span>
      <span>
        {actor !== null && <b>{oneLine(actor.name, 60)} </b>}
        {did}
        {result !== null && (
          <>
            ,{" "}
            <span className={tone === "plain" ? undefined : `t-${tone}`}>
              <span className="w">{result}</span>
            </span>
          </>
        )}
      </span>
      <Clock at={at} />
      {(quote !== null || note !== null) && (
        <p>
          {quote !== null && <span className="quote">{oneLine(quote, 160)}</span>}{" "}
          {note !== null && oneLine(note, 200)} {commandId !== null && <CommandLink commandId={commandId} />}
        </p>
      )}
    </li>
  );
}
