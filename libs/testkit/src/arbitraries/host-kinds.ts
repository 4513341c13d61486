/** Random events of a host, its endpoints and its uplink. */
import fc from "fast-check";
import * as id from "./ids.ts";
import { kind, type Kinds } from "./kind.ts";

export const hostKinds = {
  "host.described": kind(
    "host.described",
    fc.record({
      hostname: id.label,
      platform: id.word,
      osRelease: id.label,
      arch: id.word,
      cpus: id.count,
      memoryBytes: id.count,
      connectorVersion: id.word,
      nodeVersion: id.word,
      workspaceRoots: fc.constantFrom([], ["/srv"], ["/srv", "/home/ada/work"]),
    }),
  ),
  "epoch.started": kind(
    "epoch.started",
    fc.record({
      prevEpoch: id.orNull(id.epoch),
      lastSeq: id.count,
      reason: fc.constantFrom("first", "moved", "restored"),
    }),
  ),
  "outbox.gapped": kind(
    "outbox.gapped",
    fc.record({
      count: fc.integer({ min: 1, max: 9 }),
      reason: fc.constantFrom("full", "unreadable"),
      fromAt: id.at,
      toAt: id.at,
    }),
  ),
  "outbox.lost": kind(
    "outbox.lost",
    fc
      .record({ epoch: id.epoch, from: fc.integer({ min: 1, max: 9 }), more: fc.nat(9) })
      .map(({ epoch, from, more }) => ({ epoch, from, to: from + more })),
  ),
  "host.heard": kind(
    "host.heard",
    fc.record({
      edge: fc.constantFrom("connected", "returned", "periodic", "disconnected", "behind", "caught_up"),
      count: id.count,
      longestGapMs: id.count,
      rttMs: id.orNull(id.count),
      clockOffsetMs: id.orNull(fc.integer()),
      outboxDepth: id.count,
    }),
  ),
  "host.silent": kind("host.silent", fc.record({ lastHeardAt: id.at, silentAfterMs: fc.constant(30_000) })),
  "host.forked": kind(
    "host.forked",
    fc.record({
      epoch: id.epoch,
      seq: fc.integer({ min: 1, max: 9 }),
      digest: id.digest,
      knownDigest: id.digest,
    }),
  ),
  "evidence.kept": kind(
    "evidence.kept",
    fc.record({ code: id.word, digest: id.digest, bytes: id.count }),
    id.orNull(fc.record({ text: id.text })),
  ),
  "endpoint.described": kind(
    "endpoint.described",
    fc.record(
      {
        endpointId: id.endpointId,
        storeId: id.word,
        transport: fc.constantFrom("unix", "websocket", "stdio"),
        address: id.label,
        codexVersion: id.orNull(id.word),
        startedByConnector: fc.boolean(),
        isDefault: fc.boolean(),
      },
      {
        requiredKeys: ["endpointId", "storeId", "transport", "address", "codexVersion", "startedByConnector"],
      },
    ),
  ),
  "endpoint.became": kind(
    "endpoint.became",
    fc.record({
      endpointId: id.endpointId,
      state: fc.constantFrom("connecting", "ready", "draining", "down"),
      reason: id.orNull(id.word),
    }),
  ),
  "endpoint.misread": kind(
    "endpoint.misread",
    fc.record({
      endpointId: id.endpointId,
      reason: id.word,
      count: fc.integer({ min: 1, max: 9 }),
      bytes: id.count,
      digest: id.digest,
    }),
  ),
  "keys.registered": kind(
    "keys.registered",
    fc.record({
      keys: fc.array(fc.record({ id: id.tokenId, digest: id.digest }), { minLength: 1, maxLength: 3 }),
    }),
  ),
  "key.bound": kind("key.bound", fc.record({ id: id.tokenId, sessionId: id.sessionId })),
} satisfies Partial<Kinds>;
