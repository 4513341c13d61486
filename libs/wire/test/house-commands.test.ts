/** Commands and fences on the house's side of an uplink. */
import type { CommandId, EndpointId, Epoch, HostId, SessionId, TurnId } from "@claw/events";
import { describe, expect, it } from "vitest";
import {
  type CommandFrame,
  type FenceFrame,
  type HouseInput,
  type HouseOutput,
  type HouseSide,
  MAX_FRAME_BYTES,
  openHouseSide,
  readFromIngest,
  stepHouseSide,
  writeFrame,
} from "../src/index.ts";

const HOST = "h1" as HostId;
const AT = 1_800_000_000_000;
const where = { sessionId: "s1" as SessionId, endpointId: "main" as EndpointId };
const token = { generation: 0, counter: 7 };
const command = (text: string | null): CommandFrame => ({
  type: "command",
  commandId: "c1" as CommandId,
  instruction: { ...where, token, act: { kind: "send", mode: "auto", expectedTurnId: "t1" as TurnId } },
  text,
  remainingMs: 30_000,
});
const fence: FenceFrame = { type: "fence", leaseId: "l1" as CommandId, ...where, token, remainingMs: 10_000 };

const hello = (...capabilities: readonly string[]): HouseInput => ({
  type: "frame",
  data: JSON.stringify({
    type: "hello",
    protocol: 1,
    hostId: HOST,
    connectorVersion: "0.1.0",
    epoch: "ab".repeat(16) as Epoch,
    nextSeq: 1,
    outboxDepth: 0,
    at: AT,
    capabilities,
  }),
  monoMs: 0,
  wallMs: AT,
});
const welcome: HouseInput = {
  type: "welcome",
  confirmed: 0,
  isProven: true,
  heartbeatMs: 5_000,
  silentAfterMs: 30_000,
  wallMs: AT,
};
const after = (...inputs: readonly HouseInput[]): HouseSide =>
  inputs.reduce((side, input) => stepHouseSide(side, input)[0], openHouseSide(HOST, 0, "0.1.0"));
const handedOver = (side: HouseSide, frame: CommandFrame | FenceFrame): readonly HouseOutput[] =>
  stepHouseSide(side, { type: "hand_over", frame })[1];

describe("what a host is asked to do (DESIGN 6.2.7)", () => {
  it("goes out as it is, to a connector that knows it", () => {
    const side = after(hello("page.v1", "command.v1"), welcome);
    for (const frame of [command("x"), command(null), fence])
      expect(handedOver(side, frame)).toEqual([{ type: "send", frame }]);
  });

  it("X1-054: a connector that does not say so gets none", () => {
    for (const capabilities of [[], ["command.v2"], ["page.v1", "placement.v1"]])
      expect(handedOver(after(hello(...capabilities), welcome), command("x"))).toEqual([]);
  });

  it("nor one that was not welcomed, or that left", () => {
    const known = hello("command.v1");
    expect(handedOver(after(), fence)).toEqual([]);
    expect(handedOver(after(known), fence)).toEqual([]);
    expect(handedOver(after(known, welcome, { type: "closed" }), fence)).toEqual([]);
  });

  it.each([
    ["control characters", "\u0001"],
    ["lone surrogates", "\ud800"],
    ["wide characters", "\u20ac"],
  ])("the longest text of %s is a frame that may be sent and can be read", (_, unit) => {
    const frame = command(unit.repeat(65_536));
    const written = writeFrame(frame);
    expect(Buffer.byteLength(written)).toBeLessThan(MAX_FRAME_BYTES / 2);
    expect(readFromIngest(written)).toEqual({ ok: true, value: frame });
  });
});

describe("what newer acts take (ADR 0013)", () => {
  const settings = { model: null, sandbox: null, approvalPolicy: null };
  const acting = (act: CommandFrame["instruction"]["act"]): CommandFrame => ({
    ...command("text"),
    instruction: { ...where, token, act },
  });
  const spawn = acting({ kind: "spawn", workspace: "/srv", purpose: null, forkOf: null, settings });
  const resume = acting({ kind: "resume" });
  const answer = acting({
    kind: "answer",
    requestId: "1",
    subjectDigest: null,
    answer: "decline",
    by: "policy",
  });

  it("goes only to connectors that say that they know it", () => {
    const knows = (...capabilities: readonly string[]) => {
      const side = after(hello(...capabilities), welcome);
      return [command("text"), spawn, resume, answer].map((frame) => handedOver(side, frame).length);
    };
    expect(knows()).toEqual([0, 0, 0, 0]);
    expect(knows("command.v1")).toEqual([1, 0, 0, 0]);
    expect(knows("command.v1", "spawn.v1")).toEqual([1, 1, 1, 0]);
    expect(knows("command.v1", "answer.v1")).toEqual([1, 0, 0, 1]);
    expect(knows("spawn.v1", "answer.v1")).toEqual([0, 0, 0, 0]);
  });

  it("S1-147 the welcome says where the MCP server is, where there is one", () => {
    const greeted = (mcpUrl?: string) => {
      const input = { ...welcome, ...(mcpUrl === undefined ? {} : { mcpUrl }) };
      const [, outputs] = stepHouseSide(after(hello()), input);
      return outputs.flatMap((output) => (output.type === "send" ? [output.frame] : []))[0];
    };
    expect(greeted("https://claw.example.org/mcp")).toMatchObject({ mcpUrl: "https://claw.example.org/mcp" });
    expect(greeted()).not.toHaveProperty("mcpUrl");
  });
});
