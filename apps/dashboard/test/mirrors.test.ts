/**
 * The shapes that are written by hand are those that the views answer: the compiler says so, because each of these lines compiles only if what the views say can be read
 * as what the dashboard reads.
 */
import type { LiveView } from "@claw/gateway";
import type * as views from "@claw/views";
import { expect, test } from "vitest";
import type * as own from "../src/api/types.ts";
import type { LiveKind } from "../src/api/types/live.ts";

/** `Said` can be read as `Read`. */
type Reads<Said extends Read, Read> = [Said, Read];

export type Proof = [
  Reads<views.SessionView, own.SessionView>,
  Reads<views.ApprovalView, own.ApprovalView>,
  Reads<views.HostView, own.HostView>,
  Reads<views.EndpointView, own.EndpointView>,
  Reads<views.LeaseView, own.LeaseView>,
  Reads<views.CommandView, own.CommandView>,
  Reads<views.TranscriptItemView, own.TranscriptItemView>,
  Reads<views.TurnView, own.TurnView>,
  Reads<views.ProgressView, own.ProgressView>,
  Reads<views.FleetState, own.FleetState>,
  // Both ways: what a page can follow is what is told, but for sign-ins, of which no page tells.
  Reads<Exclude<LiveView, "signIns">, LiveKind>,
  Reads<LiveKind, LiveView>,
];

test("the compiler is the test", () => {
  const proven: Proof | null = null;
  expect(proven).toBeNull();
});
