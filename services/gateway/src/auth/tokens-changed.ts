/** Whether tokens changed since the last look: whoever keeps something open for many callers then asks anew whether they are still good, and else seldom. */
import type { ViewReader } from "@claw/views";

type See = () => Pick<ViewReader, "position" | "changedAfter">;

/** What is returned says true once after tokens were issued, revoked or folded anew. */
export function makeTokensChanged(reader: See): () => boolean {
  let seen = reader().position();
  return () => {
    const now = reader();
    const standing = now.position();
    if (standing === seen) return false;
    const isChanged = standing < seen || now.changedAfter(["tokens"], seen, 1).length > 0;
    seen = standing;
    return isChanged;
  };
}
