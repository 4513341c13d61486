/** The fleet: the default page (F1-110). One sentence, the figures, who is needed, then everything that there is. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { attentionQuery, fleetQuery } from "../../api/queries.ts";
import type { FleetState } from "../../api/types.ts";
import { useLiveTable } from "../../live/use-live.ts";
import { useKeys } from "../../state/keys.ts";
import { Button } from "../../ui/button.tsx";
import { Page } from "../../ui/page.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { approvalsByKey, inboxOf } from "../attention/items.ts";
import { fleetRows } from "./rows.ts";
import { Sessions } from "./sessions.tsx";
import { SpawnDialog } from "./spawn-dialog.tsx";
import { Summary } from "./summary.tsx";
import { Urgent } from "./urgent.tsx";

const HINTS = [
  { keys: ["j", "k"], does: "move" },
  { keys: ["↵"], does: "open" },
  { keys: ["space"], does: "mark" },
  { keys: ["s"], does: "copy attach" },
  { keys: ["g"], does: "host" },
  { keys: ["n"], does: "next problem" },
  { keys: ["/"], does: "filter" },
  { keys: ["1", "5"], does: "saved views" },
  { keys: [":"], does: "go to" },
  { keys: ["?"], does: "all keys" },
];

export function FleetPage() {
  const fleet = useQuery(fleetQuery);
  return (
    <Page title="Fleet" hints={HINTS} actions={<Spawn />} bare>
      {fleet.data !== undefined ? (
        <Fleet fleet={fleet.data} />
      ) : fleet.isError ? (
        <div className="pad">
          <Failed
            what="The registry does not answer"
            error={fleet.error}
            onRetry={() => void fleet.refetch()}
          />
        </div>
      ) : (
        <Loading lines={8} />
      )}
    </Page>
  );
}

function Spawn() {
  const [isAsking, setAsking] = useState(false);
  useKeys("Fleet", { c: { does: "spawn a session", run: () => setAsking(true) } });
  return (
    <>
      <Button tone="primary" glyph="plus" hint="c" onClick={() => setAsking(true)}>
        Spawn<span className="hide-phone"> session</span>
      </Button>
      {isAsking && <SpawnDialog onClose={() => setAsking(false)} />}
    </>
  );
}

function Fleet({ fleet }: { readonly fleet: FleetState }) {
  const live = useLiveTable("sessions");
  const hosts = useLiveTable("hosts");
  const attention = useQuery(attentionQuery).data?.attention ?? NO_ITEMS;
  const rows = useMemo(
    () => fleetRows(fleet.sessions, { sessions: live, hosts, attention }),
    [fleet.sessions, live, hosts, attention],
  );
  const approvals = useLiveTable("approvals");
  const inbox = useMemo(
    () => inboxOf(attention, { sessions: live, approvals: approvalsByKey(approvals.values()) }),
    [attention, live, approvals],
  );
  return (
    <div className="pad fleet">
      <Summary fleet={fleet} rows={rows} />
      <Urgent items={inbox} />
      <Sessions rows={rows} />
    </div>
  );
}
const NO_ITEMS = [] as const;
