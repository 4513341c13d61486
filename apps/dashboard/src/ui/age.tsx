/** Ages and moments. An age says its moment to those who point at it. */
import { ageOf, clockOf, momentOf, msOf } from "../words/age.ts";
import { useNow } from "../state/now.ts";

interface TimeProps {
  /** Epoch ms, or ISO as the API has it; null is shown as a dash. */
  readonly at: number | string | null | undefined;
}

const read = (at: TimeProps["at"]): number | null => (typeof at === "number" ? at : msOf(at));

/** How long ago, or with `until` how long still. */
export function Age({ at, until = false }: TimeProps & { readonly until?: boolean }) {
  const now = useNow();
  const ms = read(at);
  if (ms === null) return <span className="age">–</span>;
  return (
    <time className="age" dateTime={new Date(ms).toISOString()} title={momentOf(ms)}>
      {ageOf(until ? ms - now : now - ms)}
    </time>
  );
}

/** `14:32:07`, UTC. */
export function Clock({ at }: TimeProps) {
  const ms = read(at);
  if (ms === null) return <span className="age">–</span>;
  return (
    <time dateTime={new Date(ms).toISOString()} title={momentOf(ms)}>
      {clockOf(ms)}
    </time>
  );
}
