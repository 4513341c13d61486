/** A transcript that may not be read: why, and, for admins of a private house, how to look in all the same, with a reason that its owner reads (DESIGN 14.20). */
import { useState } from "react";
import { problemIn } from "../../api/client.ts";
import { submit } from "../../api/commands.ts";
import { Button } from "../../ui/button.tsx";
import { Failed } from "../../ui/states.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";
import { useMe } from "./use-me.ts";

export interface GlassProps {
  readonly sessionId: string;
  readonly error: unknown;
  readonly onRetry: () => void;
}

export function Glass({ sessionId, error, onRetry }: GlassProps) {
  const me = useMe();
  const [isAsking, setAsking] = useState(false);
  const problem = problemIn(error);
  const canBreak = me?.role === "admin" && String(problem.facts["needs"] ?? "").includes("share.break_glass");
  return (
    <>
      <Failed what="The transcript cannot be read" error={error} onRetry={onRetry} />
      {canBreak && (
        <p className="ses-glass">
          <Button glyph="eye" onClick={() => setAsking(true)}>
            Look in…
          </Button>
        </p>
      )}
      {isAsking && (
        <ReasonDialog
          title="Look in as an admin"
          verb="Look in for an hour"
          onDo={async (reason) => {
            await submit({ type: "share.break_glass", target: { sessionId }, reason });
            onRetry();
          }}
          onClose={() => setAsking(false)}
        >
          <p className="soft">
            The session is somebody else's. That you looked, and why, stays in the record.
          </p>
        </ReasonDialog>
      )}
    </>
  );
}
