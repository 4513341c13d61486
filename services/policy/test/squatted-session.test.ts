/** ADR 0013, DESIGN 14.16: a session that was asked for is of the host that was chosen for it, whatever another one said under its name before. */
import {
  type CommandId,
  DECIDED,
  type EndpointId,
  type Entry,
  type HostId,
  requestedSession,
  type SessionId,
  sha256,
} from "@claw/events";
import { describe, expect, it } from "vitest";
import { meantBy } from "../src/domain/spawned.ts";
import { AT, fact, H1, observed, said, sightOf, told, tokenOf } from "./given-sight.ts";

const SQUATTER = "h9" as HostId;
const commandId = "guessed" as CommandId;
const asked = requestedSession(commandId);
const THREAD = "01a1faf2-c227-76a1-8af9-b956bcb096d2" as SessionId;
const THEIRS = "01a1faf2-c227-76a1-8af9-b956bcb096d9" as SessionId;

const bound = (boundTo: SessionId) => said("session.bound", { commandId, boundTo });
const squat: readonly Entry[] = [
  fact(1, [observed("idle", SQUATTER)], AT, SQUATTER, THEIRS),
  fact(2, [observed("idle", SQUATTER)], AT, SQUATTER, asked),
  fact(3, [bound(THEIRS)], AT, SQUATTER, asked),
];
const order: Entry = told(
  DECIDED,
  { kind: "policy" },
  [
    said(
      "command.accepted",
      {
        commandId,
        commandType: "session.spawn",
        digest: sha256("spawn"),
        principal: { kind: "person", name: "ann", role: "operator" },
        hostId: H1,
        instruction: {
          sessionId: asked,
          endpointId: "main" as EndpointId,
          token: tokenOf(1),
          act: {
            kind: "spawn",
            workspace: "/srv/app",
            purpose: null,
            forkOf: null,
            settings: { model: null, sandbox: null, approvalPolicy: null },
          },
        },
        origin: { rootIds: [commandId], hop: 0, path: [] },
        deadlineAt: AT + 60_000,
      },
      AT,
      { text: "do it" },
    ),
  ],
  `decision/${commandId}`,
);
const made: readonly Entry[] = [
  fact(1, [observed("idle", H1)], AT, H1, THREAD),
  fact(2, [observed("idle", H1)], AT, H1, asked),
  fact(3, [bound(THREAD)], AT, H1, asked),
];

describe("a host that guessed the name of a session before it was asked for", () => {
  it("S1-109 sends nobody to a thread of its own: the name means the thread of the host that was chosen", () => {
    const sight = sightOf([...squat, order, ...made]);
    expect(sight.session(asked)).toMatchObject({ hostId: H1, boundTo: THREAD });
    expect(meantBy(sight, asked)).toBe(THREAD);
  });

  it("S1-109 nor while the host that was chosen has said nothing yet", () => {
    const sight = sightOf([...squat, order]);
    expect(meantBy(sight, asked)).toBe(asked);
    expect(sight.session(asked)?.hostId ?? H1).toBe(H1);
  });
});
