/** What Codex asks in a session, as the house shows it. */
import { EXIT } from "@claw/runtime";
import { z } from "zod";
import { CommandFailed } from "../io.ts";
import { at } from "../render/columns.ts";
import { oneLine } from "../render/terminal.ts";
import { get } from "./http.ts";
import { readRows, Thing } from "./pages.ts";
import type { Target } from "./target.ts";

/** The question of that name, open or not. Fails with exit 3 where there is none. */
export async function readApproval(target: Target, sessionId: string, requestId: string): Promise<Thing> {
  const path = `/api/approvals/${encodeURIComponent(sessionId)}/${encodeURIComponent(requestId)}`;
  const read = z.object({ approval: Thing }).safeParse(await get(target, path));
  if (read.success) return read.data.approval;
  throw new CommandFailed(EXIT.fault, "The server's answer is no approval: is CLAW_URL a Claw Supervisor?");
}

/** The one open question of a session. Where there are several, none is guessed. */
export async function onlyApproval(target: Target, sessionId: string): Promise<Thing> {
  const open: Thing[] = [];
  const list = { path: "/api/approvals", key: "approvals", params: { session: sessionId, state: "open" } };
  for await (const thing of readRows(target, list)) open.push(thing);
  const [only, ...more] = open;
  if (only === undefined)
    throw new CommandFailed(EXIT.notFound, `Nothing is asked in ${oneLine(sessionId)} now.`);
  if (more.length === 0) return only;
  const names = [only, ...more].map((thing) => String(at(thing, "requestId")));
  throw new CommandFailed(
    EXIT.usage,
    oneLine(`${names.length} questions are open in ${sessionId}; say which: ${names.join(", ")}.`),
  );
}
