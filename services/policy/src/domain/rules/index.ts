/** The law: rules in the order in which they are asked. The first refusal wins, so the order is part of it and has a test. */
import { adminsOnly, noSecrets, untilLater, unusedId } from "./intake.ts";
import type { Rule } from "./rule.ts";
import { anAdminStays, freeHost, knownToken, unknownToken } from "./tokens.ts";

export const rules: readonly (readonly [name: string, rule: Rule])[] = [
  ["unused id", unusedId],
  ["admins only", adminsOnly],
  ["no secrets", noSecrets],
  ["until later", untilLater],
  ["free host", freeHost],
  ["unknown token", unknownToken],
  ["known token", knownToken],
  ["an admin stays", anAdminStays],
];
