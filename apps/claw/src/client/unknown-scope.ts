/** What is said where a kill switch, a right or a rule on questions was set for something that nobody knows. */
import { oneLine } from "../render/terminal.ts";
import { idsLike } from "./nearest.ts";
import type { Target } from "./target.ts";

/** It may be set before there is anything that it is for, so a slip of the pen is no refusal; but whoever means something has to know. */
export async function nobodyKnows(
  target: Target,
  { scope, id }: { readonly scope: string; readonly id: string | null },
): Promise<string> {
  const like = await idsLike(target, scope, id ?? "");
  const perhaps = like.length === 0 ? "" : `, perhaps it is ${like.join(" or ")}`;
  return oneLine(
    `But ${UNKNOWN[scope] ?? `nobody knows a ${scope}`} ${id}${perhaps}: ${WHERE[scope] ?? ""}.`,
  );
}

const UNKNOWN: Readonly<Record<string, string>> = {
  group: "no host belongs to a group",
  root: "nothing is known to come from a cause",
};
const WHERE: Readonly<Record<string, string>> = {
  session: "`claw get sessions --closed -o name` lists the ids",
  host: "`claw get hosts -o name` lists the ids",
  group: "`claw get hosts` shows each one's group",
  root: "`claw get commands -o wide` shows the roots of each command",
};
