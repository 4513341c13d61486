/** The facts of one uplink: kept in the host's order, counted while they are on their way, acknowledged when they are stored. */
import { type Epoch, parseJson, sha256 } from "@claw/events";
import type { Receipt } from "../receipts.ts";
import { Fact, MAX_FACTS } from "./frames.ts";
import {
  type Delivery,
  type HouseInput,
  type HouseOutput,
  type HouseSide,
  type HouseStep,
  MAX_IN_FLIGHT,
  send,
} from "./house-side-state.ts";

/** How often the same gap is named, at most. */
const TELL_AGAIN_MS = 1_000;

export const deliveriesOf = (entries: readonly Fact[], data: string): readonly Delivery[] => {
  const bytes = shareOf(data, entries.length);
  return entries.map((fact) => ({ seq: fact.seq, bytes, kind: "fact", fact }));
};

const shareOf = (data: string, count: number): number => Math.ceil(Buffer.byteLength(data) / count);

/** A frame of facts in which some have no known shape: those are delivered as unreadable. Null if it is not even that. */
export function salvageFacts(data: string, epoch: Epoch | null): readonly Delivery[] | null {
  const json = parseJson(data);
  if (!json.ok || !isRecord(json.value)) return null;
  const { type, epoch: claimed, entries } = json.value;
  if (type !== "facts" || claimed !== epoch || !Array.isArray(entries)) return null;
  if (entries.length === 0 || entries.length > MAX_FACTS) return null;
  const bytes = shareOf(data, entries.length);
  const deliveries = entries.map((entry: unknown) => salvageFact(entry, bytes));
  return deliveries.every((delivery) => delivery !== null) ? deliveries : null;
}

function salvageFact(entry: unknown, bytes: number): Delivery | null {
  const parsed = Fact.safeParse(entry);
  if (parsed.success) return { seq: parsed.data.seq, bytes, kind: "fact", fact: parsed.data };
  if (!isRecord(entry)) return null;
  const { seq } = entry;
  if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 1) return null;
  const text = JSON.stringify(entry);
  return { seq, bytes, kind: "unreadable", digest: sha256(text), text };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function takeFacts(side: HouseSide, arrived: readonly Delivery[], monoMs: number): HouseStep {
  let { next } = side;
  const taken: Delivery[] = [];
  for (const delivery of arrived) {
    if (delivery.seq > next) continue;
    taken.push(delivery);
    if (delivery.seq === next) next += 1;
  }
  const highest = Math.max(...arrived.map(({ seq }) => seq));
  const facts = side.inFlight.facts + taken.length;
  const bytes = side.inFlight.bytes + taken.reduce((sum, one) => sum + one.bytes, 0);
  const after: HouseSide = { ...side, next, inFlight: { facts, bytes } };
  const outputs: HouseOutput[] = [];
  if (taken.length > 0) outputs.push({ type: "facts", deliveries: taken });
  if (taken.length < arrived.length)
    outputs.push({ type: "turned_away", facts: arrived.length - taken.length });
  const [told, telling] = tellMissing(after, highest, monoMs);
  const [rested, resting] = restOrResume(told);
  return [rested, [...outputs, ...telling, ...resting]];
}

/** Names a gap once, and again only if the host goes on above it for a while. */
function tellMissing(side: HouseSide, highest: number, monoMs: number): HouseStep {
  const { next, told, epoch, confirmed } = side;
  if (highest < next || epoch === null) return [side, []];
  if (told !== null && told.next === next && monoMs - told.monoMs < TELL_AGAIN_MS) return [side, []];
  // The last of the range is what came at least: the host sends again from the first of it.
  const missing: [number, number] = [next, Math.max(next, highest - 1)];
  return [
    { ...side, told: { next, monoMs } },
    [send({ type: "watermark", epoch, confirmed, missing: [missing] })],
  ];
}

function restOrResume(side: HouseSide): HouseStep {
  const { facts, bytes } = side.inFlight;
  if (!side.isResting && (facts >= MAX_IN_FLIGHT.facts || bytes >= MAX_IN_FLIGHT.bytes))
    return [{ ...side, isResting: true }, [{ type: "rest" }]];
  if (side.isResting && facts <= MAX_IN_FLIGHT.facts / 2 && bytes <= MAX_IN_FLIGHT.bytes / 2)
    return [{ ...side, isResting: false }, [{ type: "resume" }]];
  return [side, []];
}

export function store(
  side: HouseSide,
  { facts, bytes, through }: Extract<HouseInput, { type: "stored" }>,
): HouseStep {
  if (side.epoch === null) return [side, []];
  const acked = Math.max(side.acked, through);
  const inFlight = {
    facts: Math.max(0, side.inFlight.facts - facts),
    bytes: Math.max(0, side.inFlight.bytes - bytes),
  };
  const [after, resting] = restOrResume({ ...side, acked, inFlight });
  return [after, [send({ type: "ack", epoch: side.epoch, through: acked }), ...resting]];
}

export function passReceipt(side: HouseSide, { epoch, confirmed, missing }: Receipt): HouseStep {
  if (side.phase !== "open" || epoch !== side.epoch) return [side, []];
  const known = Math.max(side.confirmed, confirmed);
  const ranges = missing.slice(0, 64).map(([from, to]): [number, number] => [from, to]);
  return [
    { ...side, confirmed: known },
    [send({ type: "watermark", epoch, confirmed: known, missing: ranges })],
  ];
}
