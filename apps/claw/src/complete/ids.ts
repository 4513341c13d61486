/** Ids of the house for a command line that is being typed. Whatever goes wrong is no id: a shell that completes has no place for a sentence. */
import { limitNames } from "@claw/events";
import { z } from "zod";
import { send } from "../client/http.ts";
import { Thing } from "../client/pages.ts";
import type { Target } from "../client/target.ts";
import { at } from "../render/columns.ts";
import type { IdKind } from "./words.ts";

/** Nobody waits longer for a key that was pressed. */
const PATIENCE_MS = 1_500;
/** The most rows that the house gives at once. */
const ROWS = 500;

interface Source {
  readonly key: string;
  readonly id: (thing: Thing) => readonly unknown[];
}

const SOURCES: Readonly<Record<Exclude<IdKind, "limit">, Source>> = {
  session: { key: "sessions", id: (thing) => [at(thing, "sessionId")] },
  host: { key: "hosts", id: (thing) => [at(thing, "hostId")] },
  endpoint: {
    key: "endpoints",
    id: (thing) => [
      `${String(at(thing, "hostId"))}/${String(at(thing, "endpointId"))}`,
      at(thing, "endpointId"),
    ],
  },
  group: { key: "hosts", id: (thing) => [at(thing, "group")] },
  command: { key: "commands", id: (thing) => [at(thing, "commandId")] },
  lease: { key: "leases", id: (thing) => [at(thing, "leaseId")] },
  approval: { key: "approvals", id: (thing) => [at(thing, "sessionId")] },
  attention: { key: "attention", id: (thing) => [at(thing, "key")] },
  runtime: { key: "runtimes", id: (thing) => [at(thing, "runtimeId")] },
};

/**
 * What a shell puts on a command line is run with the next key. Codex and hosts choose some of these ids, so only letters that no shell reads as anything else are
 * let through (DESIGN 14.22).
 */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,255}$/;

export const isPlainWord = (word: string): boolean => PLAIN.test(word);

/** Each once, in the order of the house. */
export async function idsOf(target: Target, kind: IdKind): Promise<readonly string[]> {
  if (kind === "limit") return limitNames;
  const { key, id } = SOURCES[kind];
  const rows = await rowsOf(target, key).catch(() => []);
  const ids = rows.flatMap(id).filter((one) => typeof one === "string");
  return [...new Set(ids)].filter(isPlainWord);
}

async function rowsOf(target: Target, key: string): Promise<readonly Thing[]> {
  const { body } = await send(target, "GET", `/api/${key}`, { limit: ROWS }, undefined, PATIENCE_MS);
  return z.object({ [key]: z.array(Thing) }).safeParse(body).data?.[key] ?? [];
}
