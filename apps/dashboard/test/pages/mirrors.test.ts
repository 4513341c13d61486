/** The shapes that these pages wrote by hand are those that the views answer: each line compiles only if what is said can be read as what is read. */
import type * as views from "@claw/views";
import { expect, test } from "vitest";
import type {
  LedgerView,
  LogView,
  QuarantineView,
  TokenSums,
  UsageBy,
  UsageView,
} from "../../src/pages/health/queries.ts";
import type { RulesView } from "../../src/pages/policies/queries.ts";

/** `Said` can be read as `Read`. */
type Reads<Said extends Read, Read> = [Said, Read];

export type Proof = [
  Reads<views.RulesView, RulesView>,
  Reads<views.LedgerView, LedgerView>,
  Reads<views.LogView, LogView>,
  Reads<views.QuarantineView, QuarantineView>,
  Reads<views.UsageView, UsageView>,
  Reads<views.TokenSums, TokenSums>,
  Reads<UsageBy, views.UsageBy>,
];

test("the compiler is the test", () => {
  const proven: Proof | null = null;
  expect(proven).toBeNull();
});
