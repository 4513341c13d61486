/** How an uplink begins at the house: whether the hello may stay, and from which fact on the host is asked to tell. */
import type { Placement } from "@claw/events";
import type { Hello } from "./frames.ts";
import { ANSWER_CAPABILITY, COMMAND_CAPABILITY, SPAWN_CAPABILITY } from "./house-commands.ts";
import {
  type HouseInput,
  type HouseOutput,
  type HouseSide,
  type HouseStep,
  refuse,
  send,
} from "./house-side-state.ts";
import { skewOf } from "./skew.ts";

/** A newer protocol is no reason to refuse: the subprotocol says that both speak this one, and what is more will be passed over (N1-039). */
export function takeHello(side: HouseSide, hello: Hello): HouseStep {
  if (hello.hostId !== side.hostId)
    return refuse(side, "host_mismatch", "The token belongs to another host.");
  const skew = skewOf(side.houseVersion, hello.connectorVersion);
  if (skew.verdict === "too_far") return refuse(side, "protocol_version", skew.sentence);
  const greeted: HouseSide = {
    ...side,
    phase: "welcoming",
    epoch: hello.epoch,
    // More than `nextSeq` would be a claim about facts that do not exist yet.
    firstHeld: hello.firstHeld === undefined ? null : Math.min(hello.firstHeld, hello.nextSeq),
    knowsPlacement: hello.capabilities.includes("placement.v1"),
    knowsCommands: hello.capabilities.includes(COMMAND_CAPABILITY),
    knowsSpawns: hello.capabilities.includes(SPAWN_CAPABILITY),
    knowsAnswers: hello.capabilities.includes(ANSWER_CAPABILITY),
  };
  const warnings: readonly HouseOutput[] =
    skew.verdict === "unreadable"
      ? [{ type: "warning", code: "version_unreadable", sentence: skew.sentence }]
      : [];
  return [greeted, [...warnings, { type: "hello", hello }]];
}

/**
 * Opens the uplink behind what the ledger holds, or behind what the host has let go of, where that is later: what nobody can send is never waited
 * for. Where the ledger of record itself lacks that range, and the log does too, it is lost, and said to be.
 */
export function welcome(side: HouseSide, input: Extract<HouseInput, { type: "welcome" }>): HouseStep {
  const { epoch } = side;
  if (side.phase !== "welcoming" || epoch === null) return [side, []];
  const { confirmed, isProven, stored = 0, heartbeatMs, silentAfterMs, wallMs: at } = input;
  const { placement, mcpUrl } = input;
  const next = Math.max(confirmed + 1, side.firstHeld ?? 1);
  const opened: HouseSide = { ...side, phase: "open", next, acked: next - 1, confirmed };
  const greeting = send({
    type: "welcome",
    hostId: side.hostId,
    confirmed: next - 1,
    heartbeatMs,
    silentAfterMs,
    at,
    houseVersion: side.houseVersion,
    ...(placement === undefined ? {} : { placement }),
    ...(mcpUrl === undefined ? {} : { mcpUrl }),
  });
  const [from, to] = [Math.max(confirmed, stored) + 1, next - 1];
  if (!isProven || from > to) return [opened, [greeting]];
  const missing: [number, number][] = [[from, to]];
  return [
    opened,
    [greeting, send({ type: "watermark", epoch, confirmed, missing }), { type: "hole", from, to }],
  ];
}

/** A connector that does not know the frame learns its placement from its next welcome, if at all. */
export const place = (side: HouseSide, placement: Placement): HouseStep =>
  side.phase === "open" && side.knowsPlacement
    ? [side, [send({ type: "placement", placement })]]
    : [side, []];
