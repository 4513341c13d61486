/** The summary of an archived session as JSON: what it was, how it ended, and what the other two parts must be (X1-035, X1-036). Pure. */
import type { ArchiveParts } from "@claw/events";
import { standingOf, type Subject } from "./subject.ts";

export interface Measured {
  readonly version: number;
  /** Of the last fact in it. */
  readonly position: number;
  readonly events: number;
  readonly parts: Omit<ArchiveParts, "summary">;
}

/** Times are epoch ms, as in the events beside it; what is unknown is null. */
export function summaryText(subject: Subject, { version, position, events, parts }: Measured): string {
  const { row } = subject;
  const { status, failure, isEnded } = standingOf(subject);
  const summary = {
    archive: "claw-session",
    format: 1,
    sessionId: row.sessionId,
    version,
    position,
    events,
    status,
    failure,
    isFinal: isEnded,
    parts,
    session: {
      hostId: row.hostId,
      endpointId: row.endpointId,
      workspace: row.workspace,
      repo: row.repo,
      branch: row.branch,
      commit: row.commit,
      source: row.source,
      parentSessionId: row.parentSessionId,
      rootSessionId: row.rootSessionId,
      model: row.model,
      modelProvider: row.modelProvider,
      codexVersion: row.codexVersion,
      name: row.name,
      purpose: row.purpose,
      closed: row.closed,
      createdAt: row.createdAt,
      firstSeenAt: row.firstSeenAt,
      lastFactAt: row.lastFactAt,
      lastFactType: row.lastFactType,
      turnCount: row.turnCount,
      itemCount: row.itemCount,
      historyGaps: row.historyGaps,
      usage: row.usage,
      lastTurn: row.lastTurn,
    },
  };
  return `${JSON.stringify(summary, null, 2)}\n`;
}
