/** The newest archive of each session: finalised, and later perhaps deleted (X1-036, X1-037). An older version says nothing of a newer one. */
import { DECIDED } from "@claw/events";
import type { ArchiveRow } from "../registry-rows.ts";
import type { EventIn, Fact, ViewProjection } from "./projection.ts";

export const archives: ViewProjection<"archives"> = {
  name: "archives",
  version: 1,
  key: ({ lane, event }) => {
    if (lane !== DECIDED) return null;
    return event.type === "archive.finalised" || event.type === "archive.deleted"
      ? event.data.sessionId
      : null;
  },
  evolve: (row, fact) => {
    const { event } = fact;
    switch (event.type) {
      case "archive.finalised":
        return row === undefined || row.version < event.data.version ? finalised(event) : undefined;
      case "archive.deleted":
        return row === undefined ? undefined : deleted(row, fact, event);
      default:
        return undefined;
    }
  },
};

const finalised = ({ data }: EventIn<"archive.finalised">): ArchiveRow => ({ ...data, deletedAt: null });

const deleted = (
  row: ArchiveRow,
  { recordedAt }: Fact,
  { data }: EventIn<"archive.deleted">,
): ArchiveRow | undefined =>
  row.version === data.version && row.deletedAt === null ? { ...row, deletedAt: recordedAt } : undefined;
