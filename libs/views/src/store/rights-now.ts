/** Which grant and which rule for questions counts for a session now, by the rule that policy goes by. */
import {
  DEFAULT_GROUP,
  type GrantReach,
  type QuestionKind,
  type Right,
  rightOver,
  rulingOver,
} from "@claw/events";
import type { GrantRow, RuleRow, RulingRow } from "../command-rows.ts";
import { grantRowKey, rulingRowKey } from "../domain/keys.ts";
import type { SessionRow, ViewName, ViewRows } from "../rows.ts";

type Row = <Name extends ViewName>(view: Name, key: string) => ViewRows[Name] | null;

/** `closed` for a session that nobody knows: what it is told by its host, group and house is not known either. */
export function rightNow(row: Row, right: Right, session: SessionRow | null, at: number): "open" | "closed" {
  if (session === null) return "closed";
  const get = (key: string): GrantRow | undefined => ofKind(row("rules", grantRowKey(key)), "grant");
  return rightOver({ get }, right, reachOf(row, session), at);
}

export function rulingNow(
  row: Row,
  kind: QuestionKind,
  session: SessionRow | null,
  at: number,
): RulingRow | null {
  if (session === null) return null;
  const get = (key: string): RulingRow | undefined => ofKind(row("rules", rulingRowKey(key)), "ruling");
  return rulingOver({ get }, kind, reachOf(row, session), at);
}

function ofKind<Kind extends RuleRow["kind"]>(
  row: RuleRow | null,
  kind: Kind,
): Extract<RuleRow, { readonly kind: Kind }> | undefined {
  return row?.kind === kind ? (row as Extract<RuleRow, { readonly kind: Kind }>) : undefined;
}

const reachOf = (row: Row, { sessionId, hostId }: SessionRow): GrantReach => ({
  sessionId,
  hostId,
  group: row("hosts", hostId)?.group ?? DEFAULT_GROUP,
});
