/** One session, as the house shows it. */
import { markedCommand } from "@claw/events";
import { EXIT } from "@claw/runtime";
import { z } from "zod";
import { CommandFailed } from "../io.ts";
import { at } from "../render/columns.ts";
import { get } from "./http.ts";
import { readRows, Thing } from "./pages.ts";
import type { Target } from "./target.ts";

/** Fails where there is none, with exit 3. */
export async function readSession(target: Target, sessionId: string): Promise<Thing> {
  const body = await get(target, `/api/sessions/${encodeURIComponent(sessionId)}`);
  const read = z.object({ session: Thing }).safeParse(body);
  if (read.success) return read.data.session;
  throw new CommandFailed(EXIT.fault, "The server's answer is no session: is CLAW_URL a Claw Supervisor?");
}

/** The session's own id: of one that was asked for, its thread's as soon as it has one. */
export function idOf(session: Thing): string {
  const boundTo = at(session, "boundTo");
  return typeof boundTo === "string" ? boundTo : String(at(session, "sessionId"));
}

/** Whether the supervisor made it: its thread bears the mark of a command. */
export function isSpawned(session: Thing): boolean {
  const source = at(session, "threadSource");
  if (typeof at(session, "spawn.commandId") === "string") return true;
  return typeof source === "string" && markedCommand(source) !== null;
}

/** What it said of its own work, oldest first: as much as the house keeps. */
export async function reportsOf(target: Target, sessionId: string): Promise<readonly Thing[]> {
  const body = await get(target, `/api/sessions/${encodeURIComponent(sessionId)}/progress`);
  return z.object({ reports: z.array(Thing) }).safeParse(body).data?.reports ?? [];
}

/** The sessions that it spawned, closed ones too. There is no filter for them, so the list is read to its end. */
export async function childrenOf(target: Target, sessionId: string): Promise<readonly Thing[]> {
  const children: Thing[] = [];
  const list = { path: "/api/sessions", key: "sessions", params: { closed: "1" } };
  for await (const thing of readRows(target, list)) if (parentOf(thing) === sessionId) children.push(thing);
  return children;
}

/** Who spawned it, else the thread whose sub-agent it is. */
const parentOf = (session: Thing): unknown =>
  at(session, "spawn.parentSessionId") ?? at(session, "parentSessionId");
