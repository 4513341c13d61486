/** The names of sessions that were asked for. */
import { describe, expect, it } from "vitest";
import {
  CommandId,
  type DataOf,
  type EndpointId,
  type HostId,
  type Instruction,
  isRequested,
  requestedSession,
  sessionAsked,
  SessionId,
} from "../src/index.ts";

const HOST = "h1" as HostId;
const ENDPOINT = "local" as EndpointId;
const named = (id: string): SessionId => requestedSession(CommandId.parse(id));

describe("the name of a session that was asked for (DESIGN 14.16)", () => {
  it("holds its command, as far as there is room", () => {
    expect(named("green-main")).toBe("req-green-main");
    expect(named("a".repeat(59))).toBe(`req-${"a".repeat(59)}`);
  });

  it("is an id, however long its command's is, and no other command's", () => {
    const long = named("a".repeat(60));
    expect(SessionId.parse(long)).toBe(long);
    expect(isRequested(long)).toBe(true);
    const digest = long.slice("req-".length);
    expect(named(digest)).not.toBe(long);
    expect(named(named(digest).slice("req-".length))).not.toBe(named(digest));
  });
});

describe("the session that an accepted command asks for", () => {
  const settings = { model: null, sandbox: null, approvalPolicy: null };
  const act = { kind: "spawn", workspace: "/srv/app", purpose: null, forkOf: null, settings } as const;
  const accepted = (over: Partial<Instruction>, host: { readonly hostId?: HostId } = { hostId: HOST }) =>
    ({
      commandId: CommandId.parse("c1"),
      instruction: {
        sessionId: named("c1"),
        endpointId: ENDPOINT,
        token: { generation: 1, counter: 1 },
        act,
        ...over,
      },
      ...host,
    }) as DataOf<"command.accepted">;

  it("is made on the host that was chosen", () => {
    const place = { hostId: HOST, endpointId: ENDPOINT };
    expect(sessionAsked(accepted({}))).toEqual({ sessionId: named("c1"), ...place, act });
  });

  it("is named after the command, and after no other", () =>
    expect(sessionAsked(accepted({ sessionId: named("c2") }))).toBeNull());

  it("is none where another thing is asked for, or of no host", () => {
    expect(sessionAsked(accepted({ act: { kind: "resume" } }))).toBeNull();
    expect(sessionAsked(accepted({}, {}))).toBeNull();
  });
});
