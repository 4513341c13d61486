/** `claw describe`: all that the house knows of one thing. */
import { EXIT } from "@claw/runtime";
import { Argument } from "commander";
import { z } from "zod";
import { get } from "../client/http.ts";
import { onlyApproval, readApproval } from "../client/approvals.ts";
import { idsLike, orLike } from "../client/nearest.ts";
import { readRows, Thing } from "../client/pages.ts";
import { childrenOf, idOf, reportsOf } from "../client/sessions.ts";
import type { Target } from "../client/target.ts";
import { CommandFailed, type Io } from "../io.ts";
import { approvalText } from "../render/approval.ts";
import { commandText } from "../render/command.ts";
import { at } from "../render/columns.ts";
import { isSaid } from "../render/lines.ts";
import { approvals, commands, endpoints, hosts, leases, sessions } from "../render/looks.ts";
import { type Format, writeOne } from "../render/output.ts";
import { sessionHead } from "../render/session.ts";
import { outputOption, type Register } from "./shape.ts";

const LOOKS = {
  session: sessions,
  host: hosts,
  endpoint: endpoints,
  command: commands,
  lease: leases,
  approval: approvals,
} as const;
type Kind = keyof typeof LOOKS;

export const registerDescribe: Register = (program, { io, target }) => {
  program
    .command("describe")
    .description("everything about one session, host, endpoint, command, lease or approval")
    .addArgument(new Argument("<kind>", "what it is").choices(Object.keys(LOOKS)))
    .argument("<id>", "its id, as `claw get -o name` writes it; <host>/<endpoint>, <session>/<request>")
    .argument(
      "[request]",
      "of an approval: which question of the session; not needed where exactly one is open",
    )
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action(async (kind: Kind, id: string, request: string | undefined, { output }: Output) => {
      const house = target();
      const thing = await read(house, kind, id, request);
      const isForPeople = output === "table" || output === "wide";
      if (isForPeople) await tell(io, house, kind, thing);
      else writeOne(io, LOOKS[kind], thing, output);
    });
};

interface Output {
  readonly output: Format;
}

function read(target: Target, kind: Kind, id: string, request: string | undefined): Promise<Thing> {
  if (request !== undefined && kind !== "approval")
    throw new CommandFailed(EXIT.usage, `One id names a ${kind}.`);
  if (kind === "endpoint") return oneEndpoint(target, id);
  return kind === "approval" ? oneApproval(target, id, request) : one(target, kind, id);
}

async function tell(io: Io, target: Target, kind: Kind, thing: Thing): Promise<void> {
  if (kind === "command") return io.out(commandText(thing, io.nowMs()));
  if (kind === "approval") return io.out(approvalText(thing, io.nowMs()));
  if (kind === "session") {
    const id = idOf(thing);
    const reports = isSaid(at(thing, "progress")) ? await reportsOf(target, id) : [];
    io.out(sessionHead(thing, { reports, children: await childrenOf(target, id) }, io.nowMs()));
  }
  writeOne(io, LOOKS[kind], thing, "table");
}

/** `<session> <request>`, or `<session>/<request>` as `claw get approvals -o name` writes it; a session alone is its one open question, as in `claw approve`. */
function oneApproval(target: Target, id: string, request: string | undefined): Promise<Thing> {
  const slash = id.indexOf("/");
  if (request !== undefined) return readApproval(target, id, request);
  if (slash > 0) return readApproval(target, id.slice(0, slash), id.slice(slash + 1));
  return onlyApproval(target, id);
}

async function one(target: Target, kind: Exclude<Kind, "endpoint" | "approval">, id: string): Promise<Thing> {
  const asked = () => get(target, `/api/${kind}s/${encodeURIComponent(id)}`);
  const body = await orLike(asked, () => idsLike(target, kind, id));
  return z.object({ [kind]: Thing }).parse(body)[kind] ?? {};
}

/** Endpoints have no route of their own: they are few, and read from the list. */
async function oneEndpoint(target: Target, id: string): Promise<Thing> {
  const matches: Thing[] = [];
  const list = { path: "/api/endpoints", key: "endpoints", params: {} };
  for await (const thing of readRows(target, list))
    if (id === endpoints.name(thing) || id === at(thing, "endpointId")) matches.push(thing);
  const [match, ...more] = matches;
  if (match === undefined)
    throw new CommandFailed(
      EXIT.notFound,
      "There is no such endpoint: `claw get endpoints -o name` lists them.",
    );
  if (more.length === 0) return match;
  throw new CommandFailed(
    EXIT.usage,
    `${matches.length} hosts have an endpoint of this id: say <host>/<endpoint>.`,
  );
}

const EXAMPLES = `
Examples:
  $ claw describe session 0199c0de-0000-7000-8000-000000000001
  $ claw describe endpoint build-1/main -o json
  $ claw describe command cmd-0199c0de
  $ claw describe lease cmd-0199c0df
  $ claw describe approval 0199c0de-0000-7000-8000-000000000001 7
`;
