/** `claw describe`: all that the house knows of one thing. */
import { EXIT } from "@claw/runtime";
import { Argument } from "commander";
import { z } from "zod";
import { get } from "../client/http.ts";
import { readRows, Thing } from "../client/pages.ts";
import type { Target } from "../client/target.ts";
import { CommandFailed } from "../io.ts";
import { at, endpoints, hosts, sessions } from "../render/looks.ts";
import { type Format, writeOne } from "../render/output.ts";
import { outputOption, type Register } from "./shape.ts";

type Kind = "session" | "host" | "endpoint";
const LOOKS = { session: sessions, host: hosts, endpoint: endpoints } as const;

export const registerDescribe: Register = (program, { io, target }) => {
  program
    .command("describe")
    .description("everything about one session, host or endpoint")
    .addArgument(new Argument("<kind>", "what it is").choices(Object.keys(LOOKS)))
    .argument("<id>", "its id, as `claw get -o name` writes it; <host>/<endpoint> for an endpoint")
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action(async (kind: Kind, id: string, { output }: { readonly output: Format }) => {
      const thing = kind === "endpoint" ? await oneEndpoint(target(), id) : await one(target(), kind, id);
      writeOne(io, LOOKS[kind], thing, output);
    });
};

async function one(target: Target, kind: "session" | "host", id: string): Promise<Thing> {
  const body = await get(target, `/api/${kind}s/${encodeURIComponent(id)}`);
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
`;
