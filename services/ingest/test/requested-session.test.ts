/** Whose a session is that was asked for and has no thread yet (ADR 0013). Admission by it stands in `admit.test.ts`. */
import type { HostId, SessionId } from "@claw/events";
import { expect, it } from "vitest";
import { askedBy } from "../src/register.ts";
import { fold, host, policy, type Said } from "./fold.ts";
import { ENDPOINT, event, HOST, observed } from "./given.ts";
import { accepted } from "./work.ts";

it("a session that is asked for is its host's, whoever spoke under its name before", () => {
  const act = {
    kind: "spawn",
    workspace: "/w",
    purpose: null,
    forkOf: null,
    settings: { model: null, sandbox: null, approvalPolicy: null },
  };
  const asks = policy(accepted("c1", { sessionId: "req-c1", act, text: "do it" }));
  const by = (hostId: string) => host(observed(hostId), "req-c1", hostId as HostId);
  const ownerIn = (...said: readonly Said[]) => fold(said).get("session/req-c1");
  const its = { hostId: HOST, endpointId: ENDPOINT, isDeleted: false };
  expect(ownerIn(by("h2"))).toMatchObject({ hostId: "h2" });
  expect(ownerIn(by("h2"), asks, by(HOST))).toMatchObject(its);
  expect(ownerIn(asks, by(HOST), by("h2"))).toMatchObject(its);
  expect(ownerIn(asks)).toBeUndefined();
  const foreign = policy(accepted("c2", { sessionId: "req-c1", act, text: "do it" }));
  expect(ownerIn(by("h2"), foreign)).toMatchObject({ hostId: "h2" });
  const bound = event("session.bound", { commandId: "c1", boundTo: "s1" });
  const rows = fold([by("h2"), asks, by(HOST), host(bound, "req-c1")]);
  expect(rows.get("session/req-c1")).toMatchObject({ isDeleted: true, otherName: "s1" });
  expect(askedBy({ rows } as never, "req-c1" as SessionId)?.hostId).toBe(HOST);
  expect(askedBy({ rows } as never, "s1" as SessionId)).toBeUndefined();
});
