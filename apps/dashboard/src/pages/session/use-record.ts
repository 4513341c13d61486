/** What stands beside a session: owner, checkpoints, archive, shares. Read once, and again when the stream tells of a command that changes any of it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { request } from "../../api/client.ts";
import { submit } from "../../api/commands.ts";
import { KEYS } from "../../api/queries.ts";
import type { CommandInput } from "../../api/types.ts";
import { useLiveTable } from "../../live/use-live.ts";

export interface ShareView {
  readonly scope: "session" | "owner";
  readonly to: string;
  readonly level: "viewer" | "controller";
  readonly until: string | null;
  readonly by: string;
  readonly sinceAt: string;
}

export interface RecordView {
  readonly sessionId: string;
  readonly owner: string | null;
  readonly facts: number;
  readonly checkpoints: {
    readonly count: number;
    readonly bytes: number;
    /** The oldest of them first; there may be more. */
    readonly newest: readonly {
      readonly checkpointId: string;
      readonly kind: string;
      readonly bytes: number;
      readonly madeAt: string;
    }[];
  } | null;
  readonly archive: {
    readonly version: number;
    readonly position: number;
    readonly events: number;
    readonly status: string;
    readonly failure: string | null;
    readonly isFinal: boolean;
    readonly bytes: number;
    readonly archivedAt: string;
    readonly deletedAt: string | null;
  } | null;
  readonly shares: readonly ShareView[];
  readonly glass: readonly {
    readonly by: string;
    readonly reason: string;
    readonly sinceAt: string;
    readonly until: string;
  }[];
}

const recordKey = (sessionId: string) => [...KEYS.sessions, sessionId, "record"];

const CHANGES_RECORD: ReadonlySet<string> = new Set([
  "share.grant",
  "share.break_glass",
  "owner.map",
  "checkpoint.register",
  "record.archive",
  "record.archive_deleted",
]);

/** Undefined while it is not read, and where it may not be. */
export function useRecord(sessionId: string): RecordView | undefined {
  const client = useQueryClient();
  const commands = useLiveTable("commands");
  const newest = [...commands.values()].reduce(
    (position, { type, position: at }) => (CHANGES_RECORD.has(type) ? Math.max(position, at) : position),
    0,
  );
  useEffect(() => {
    if (newest > 0) void client.invalidateQueries({ queryKey: recordKey(sessionId) });
  }, [client, sessionId, newest]);
  const { data } = useQuery({
    queryKey: recordKey(sessionId),
    queryFn: ({ signal }) =>
      request<{ readonly record: RecordView }>(`/api/sessions/${encodeURIComponent(sessionId)}/record`, {
        signal,
      }).then(({ record }) => record),
    staleTime: Infinity,
    retry: false,
  });
  return data;
}

/** Hands a command about the record to policy, and reads the record again. Rejects where it is refused. */
export function useRecording(sessionId: string): (command: CommandInput) => Promise<void> {
  const client = useQueryClient();
  return async (command) => {
    await submit(command);
    await client.invalidateQueries({ queryKey: recordKey(sessionId) });
  };
}
