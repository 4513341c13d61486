/**
 * What the live stream makes old of what REST answered. A change asks again once, after a pause in which more may come, and never sooner than a few times what the
 * last answer took: a fleet that never rests costs the house a bounded share.
 */
import type { QueryClient } from "@tanstack/react-query";
import { KEYS } from "../api/queries.ts";
import type { LiveKind } from "../api/types/live.ts";
import type { LiveConnection } from "./connection.ts";

/** Ms that changes are gathered before anything is asked again. */
const PAUSE_MS = 1_500;
/** An answer that took `n` ms is asked for again after `n` × this at the earliest. */
const REST = 8;

const MAKES_OLD: Readonly<Record<LiveKind, readonly (readonly string[])[]>> = {
  sessions: [KEYS.fleet, KEYS.attention, KEYS.sessions],
  hosts: [KEYS.fleet, KEYS.attention, KEYS.hosts],
  endpoints: [KEYS.fleet, KEYS.endpoints],
  approvals: [KEYS.fleet, KEYS.attention, KEYS.approvals],
  commands: [KEYS.commands],
  leases: [KEYS.leases],
  turns: [],
  items: [],
  runtimes: [KEYS.fleet, KEYS.attention],
  egress: [KEYS.fleet, KEYS.policies],
  checkpoints: [KEYS.fleet],
  archives: [KEYS.fleet],
  attention: [KEYS.attention],
  owners: [KEYS.fleet, KEYS.attention],
  shares: [KEYS.fleet, KEYS.attention],
};

/** Follows the stream until the returned function is called. */
export function freshenBy(connection: LiveConnection, client: QueryClient): () => void {
  let seen = connection.standing().live.tables;
  const old = new Map<string, readonly string[]>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let isOver = false;

  const refresh = async (): Promise<void> => {
    const keys = [...old.values()];
    old.clear();
    const began = performance.now();
    await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })));
    if (isOver) return;
    const restMs = Math.max(PAUSE_MS, (performance.now() - began) * REST);
    timer = setTimeout(() => {
      timer = null;
      if (old.size > 0) void refresh();
    }, restMs);
  };

  const note = (): void => {
    const { live } = connection.standing();
    for (const [kind, keys] of Object.entries(MAKES_OLD)) {
      const name = kind as LiveKind;
      if (live.tables[name] !== seen[name]) for (const key of keys) old.set(key.join("/"), key);
    }
    seen = live.tables;
    if (!live.isCaughtUp || old.size === 0 || timer !== null) return;
    timer = setTimeout(() => void refresh(), PAUSE_MS);
  };

  const leave = connection.subscribe(note);
  return () => {
    leave();
    isOver = true;
    if (timer !== null) clearTimeout(timer);
  };
}
