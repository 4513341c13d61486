/** How many there are of what the rail names; the fleet says, too, what time the house has. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { attentionQuery, fleetQuery } from "../api/queries.ts";
import { useLiveTable } from "../live/use-live.ts";
import { setHouseClock } from "../state/now.ts";
import type { Place } from "./places.ts";

export type Counts = Partial<
  Readonly<Record<Place["to"], { readonly count: number; readonly isHot: boolean }>>
>;

export function useCounts(): Counts {
  const { data: fleet, dataUpdatedAt } = useQuery(fleetQuery);
  useEffect(() => {
    if (fleet !== undefined) setHouseClock(fleet.generatedAt + (Date.now() - dataUpdatedAt));
  }, [fleet, dataUpdatedAt]);
  const attention = useQuery(attentionQuery).data;
  const hosts = useLiveTable("hosts");
  return {
    ...(attention !== undefined && {
      "/attention": { count: attention.attention.length, isHot: attention.attention.length > 0 },
    }),
    ...(fleet !== undefined && { "/": { count: fleet.totals.sessions, isHot: false } }),
    ...(hosts.size > 0 && { "/hosts": { count: hosts.size, isHot: false } }),
  };
}
