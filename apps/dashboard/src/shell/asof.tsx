/** How current the page is: the word, the house's clock, and the position that it is shown at. */
import { useStanding } from "../live/use-live.ts";
import { useNow } from "../state/now.ts";
import { Icon } from "../ui/icon.tsx";
import { clockOf } from "../words/age.ts";
import { figure } from "../words/figures.ts";

export function Asof() {
  const { phase, live, heardAt } = useStanding();
  const now = useNow();
  const isLive = phase === "live";
  return (
    <span className="asof">
      <span className={isLive ? "ok" : "muted"}>
        <Icon name={isLive ? "live" : "stale"} />
        {isLive ? "Now" : "As of"}
      </span>
      <span className="num">{clockOf(isLive ? now : (heardAt ?? now))}</span>
      {live.position !== null && (
        <>
          <span className="muted hide-phone">position</span>
          <span className="num hide-phone">{figure(live.position)}</span>
        </>
      )}
    </span>
  );
}
