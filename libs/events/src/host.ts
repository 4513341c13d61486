/** What is observed of a host, of the endpoints on it, and of the uplink that tells us. Lane: the host. */
import { z } from "zod";
import { AtMs, Digest, EndpointId, Epoch } from "./ids.ts";
import { eventKind, Label, Text, Word } from "./kind.ts";

const count = z.int().min(0);

/** The machine as its connector describes it (S1-152). Sent at each start of the connector and when something changed. */
export const HostDescribed = eventKind({
  type: "host.described",
  version: 1,
  lane: "host",
  data: z.object({
    hostname: Label,
    platform: Word,
    osRelease: Label,
    arch: Word,
    cpus: count,
    memoryBytes: count,
    connectorVersion: Word,
    nodeVersion: Word,
    /** Folders under which sessions may be spawned here; left out or empty, none may. */
    workspaceRoots: z.array(Label).max(16).optional(),
  }),
  body: null,
});

/** A new life of the host's outbox. The first event of each epoch; says what it knows of the one before. */
export const EpochStarted = eventKind({
  type: "epoch.started",
  version: 1,
  lane: "host",
  data: z.object({
    prevEpoch: Epoch.nullable(),
    lastSeq: count,
    reason: z.enum(["first", "moved", "restored"]),
  }),
  body: null,
});

/** The outbox had to let go of facts: how many, of which class, and why. Loss is never silent. */
export const OutboxGapped = eventKind({
  type: "outbox.gapped",
  version: 1,
  lane: "host",
  data: z.object({ count: z.int().min(1), reason: z.enum(["full", "unreadable"]), fromAt: AtMs, toAt: AtMs }),
  body: null,
});

/**
 * Facts that no ledger holds and the host does not have any more, both ends included: a ledger was set back further than the outbox reaches. Written by
 * ingest, so that what comes after them need not wait for ever. Loss is never silent.
 */
export const OutboxLost = eventKind({
  type: "outbox.lost",
  version: 1,
  lane: "host",
  data: z.object({ epoch: Epoch, from: z.int().min(1), to: z.int().min(1) }),
  body: null,
});

/** The host is alive: written by ingest at each edge and every five minutes, never per heartbeat (DESIGN 14.15). */
export const HostHeard = eventKind({
  type: "host.heard",
  version: 1,
  lane: "host",
  data: z.object({
    /** `behind` and `caught_up`: its oldest unsent fact is older than 5 s, or no longer (DESIGN 14.10). */
    edge: z.enum(["connected", "returned", "periodic", "disconnected", "behind", "caught_up"]),
    count,
    longestGapMs: z.number().min(0),
    rttMs: z.number().min(0).nullable(),
    clockOffsetMs: z.number().nullable(),
    outboxDepth: count,
  }),
  body: null,
});

/** Nothing was heard of the host for longer than its budget. Written by ingest; history stays. */
export const HostSilent = eventKind({
  type: "host.silent",
  version: 1,
  lane: "host",
  data: z.object({ lastHeardAt: AtMs, silentAfterMs: z.int().min(1) }),
  body: null,
});

/** Two different facts claimed the same place in one epoch of a host: a clone or a restored snapshot is at work. */
export const HostForked = eventKind({
  type: "host.forked",
  version: 1,
  lane: "host",
  data: z.object({ epoch: Epoch, seq: z.int().min(1), digest: Digest, knownDigest: Digest }),
  body: null,
});

/** Something a host sent could not be admitted as the fact it claimed to be. What it was is kept, redacted and capped. */
export const EvidenceKept = eventKind({
  type: "evidence.kept",
  version: 1,
  lane: "host",
  data: z.object({ code: Word, digest: Digest, bytes: count }),
  body: z.object({ text: Text }),
});

/** One reachable `codex app-server` (S1-098, S1-151). `address` is safe to show: no userinfo, no query, no unix path (X1-024). */
export const EndpointDescribed = eventKind({
  type: "endpoint.described",
  version: 1,
  lane: "host",
  data: z.object({
    endpointId: EndpointId,
    storeId: Word,
    transport: z.enum(["unix", "websocket", "stdio"]),
    address: Label,
    codexVersion: Label.nullable(),
    startedByConnector: z.boolean(),
    /** It listens where `codex --remote unix://` of the connector's own user looks: nobody needs its path to attach (X1-024). */
    isDefault: z.boolean().optional(),
    /** The unix user whose socket it is, whose sessions they are therefore (DESIGN 14.20). */
    unixUser: Word.optional(),
  }),
  body: null,
});

/** Whether the connector can talk to the endpoint, and why not. */
export const EndpointBecame = eventKind({
  type: "endpoint.became",
  version: 1,
  lane: "host",
  data: z.object({
    endpointId: EndpointId,
    state: z.enum(["connecting", "ready", "draining", "down"]),
    reason: Word.nullable(),
  }),
  body: null,
});

/** Frames of an endpoint that could not be read, counted over a while; the digest names the last one. */
export const EndpointMisread = eventKind({
  type: "endpoint.misread",
  version: 1,
  lane: "host",
  data: z.object({
    endpointId: EndpointId,
    reason: Word,
    count: z.int().min(1),
    bytes: count,
    digest: Digest,
  }),
  body: null,
});
