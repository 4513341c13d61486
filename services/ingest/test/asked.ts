/** Hosts on real sockets that take commands, and what they are asked. */
import type { Epoch } from "@claw/events";
import type { EventLog } from "@claw/eventlog";
import type { CommandFrame } from "@claw/wire";
import { Effect } from "effect";
import { addHost, type Host, join, memoryLog, startHouse, temporaryFolder } from "./house.ts";
import { accepted, decided, type GivenWork } from "./work.ts";

export const EPOCH = "ab".repeat(16) as Epoch;
const ABLE = { capabilities: ["command.v1"] };
export const soon = (): number => Date.now() + 30_000;
export const accept = (log: EventLog, id: string, given: GivenWork = {}) =>
  decided(log, accepted(id, { deadlineAt: soon(), ...given }));

/** A host that takes commands, and the ids of what came up to a marker: an uplink keeps its order, so nothing else comes before it. */
export const able = (url: string, bearer: string, hostId = "h1", given: object = {}) =>
  join(url, bearer, hostId, EPOCH, { ...ABLE, ...given });
export const idsLeft = (host: Host): readonly string[] =>
  host
    .left()
    .flatMap((frame) =>
      frame.type === "command" ? [frame.commandId] : frame.type === "fence" ? [frame.leaseId] : [],
    );
export const taken = (host: Host, id: string): Effect.Effect<CommandFrame> =>
  Effect.promise(() => host.take("command", ({ commandId }) => commandId === id));
let markers = 0;
export const upTo = Effect.fnUntraced(function* (log: EventLog, host: Host, hostId = "h1") {
  const marker = `marker-${(markers += 1)}`;
  yield* accept(log, marker, { hostId, sessionId: `markers-${hostId}` });
  yield* taken(host, marker);
  return idsLeft(host).filter((id) => !id.startsWith("marker-"));
});

/** A house with one host in the log. */
export const given = Effect.gen(function* () {
  const log = yield* memoryLog;
  const { bearer } = yield* addHost(log, "h1");
  const dataDir = yield* temporaryFolder;
  const house = yield* startHouse({ log, dataDir });
  return { log, bearer, dataDir, ...house };
});
