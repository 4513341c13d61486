/** The one line that says that the page is not current: no modal, the page stays, and its buttons wait (DESIGN-NOTES, "States"). */
import { useStanding, useTryNow } from "../live/use-live.ts";
import { useNow } from "../state/now.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { ageOf, clockOf } from "../words/age.ts";
import { figure } from "../words/figures.ts";

export function Reconnecting() {
  const { phase, live, heardAt, nextTryAt } = useStanding();
  const tryNow = useTryNow();
  useNow();
  if (phase !== "reconnecting") return null;
  const left = nextTryAt === null ? null : nextTryAt - Date.now();
  return (
    <div className="cut-off hatched" role="status">
      <Icon name="stale" size="s" />
      <span>
        <b>Reconnecting.</b>{" "}
        {heardAt === null || live.position === null
          ? "Nothing was heard yet."
          : `What you see is from ${clockOf(heardAt)}, position ${figure(live.position)}. Buttons wait until it is current.`}
      </span>
      <Button small onClick={tryNow}>
        Try now{left !== null && left > 0 ? ` (${ageOf(left)})` : ""}
      </Button>
    </div>
  );
}
