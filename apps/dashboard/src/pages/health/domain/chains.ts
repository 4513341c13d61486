/** Ledgers at one position whose digest chains differ: they do not hold the same. Pure. */
import type { LedgerView } from "../queries.ts";

/** The ids of those, in order; none where every two that can be compared agree. */
export function differing(
  ledgers: readonly Pick<LedgerView, "ledgerId" | "position" | "chain" | "generation">[],
): readonly string[] {
  const wrong = ledgers.filter((one) =>
    ledgers.some(
      (other) =>
        other.position === one.position && other.generation === one.generation && other.chain !== one.chain,
    ),
  );
  return wrong.map(({ ledgerId }) => ledgerId).toSorted();
}
