/** The row of a session: what rules see of it, and what the fold has to remember besides. */
import type { Marks } from "./marks.ts";
import type { SessionSight } from "./sight.ts";
import type { TurnRow } from "./turn-sights.ts";

export interface SessionRow extends SessionSight, Marks {
  readonly turns: readonly TurnRow[];
  readonly isDeleted: boolean;
  /** The newest entry of its host that changed something here. */
  readonly newest: { readonly epoch: string; readonly seq: number; readonly position: number };
}
