/** Which ingest has a host's uplink, told among the ingests on `uplink.<host>`. */
import { AtMs, HostId, talkSubjects, Word } from "@claw/events";
import type { NatsConnection } from "@nats-io/transport-node";
import { Effect, Stream } from "effect";
import { z } from "zod";
import type { Uplinks } from "../uplinks.ts";
import { followHosts } from "./follow.ts";
import { publish, SMALL, talkOf, type TalkOptions } from "./talk.ts";

const Opened = z.object({ hostId: HostId, ingestId: Word, openedAt: AtMs, nonce: Word });

/** `ingestId` is the caller's own: it does not hear itself. */
export function makeUplinks(
  connection: NatsConnection,
  ingestId: string,
  options: TalkOptions = {},
): Uplinks {
  const talk = talkOf(connection, "uplinks", options);
  return {
    tell: (opened) =>
      Effect.sync(
        () => void publish(talk, talkSubjects.uplink(opened.hostId), JSON.stringify(opened), SMALL),
      ),
    follow: Stream.filter(followHosts(talk, "uplink.*", Opened), (opened) => opened.ingestId !== ingestId),
  };
}
