/** What a person wrote in a file for the house: read, and refused here where its shape is not the one that is asked for. */
import { readFile } from "node:fs/promises";
import { Command } from "@claw/events";
import { EXIT } from "@claw/runtime";
import { Thing } from "../client/pages.ts";
import { CommandFailed, type Io } from "../io.ts";
import { oneLine } from "../render/terminal.ts";

/** More than this is no description of one thing. */
const MAX_BYTES = 262_144;

/** An object of JSON; - is standard input. */
export async function readSpec(io: Io, path: string): Promise<Thing> {
  const read = Thing.safeParse(parse(path === "-" ? await inputOf(io) : await fileOf(path)));
  if (read.success) return read.data;
  throw new CommandFailed(EXIT.usage, `${shown(path)} holds no object of JSON.`);
}

async function inputOf(io: Io): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of io.input()) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw tooLarge("-");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function fileOf(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) throw new CommandFailed(EXIT.usage, `${shown(path)} cannot be read.`);
  if (text.length > MAX_BYTES) throw tooLarge(path);
  return text;
}

const tooLarge = (path: string): CommandFailed =>
  new CommandFailed(EXIT.usage, `${shown(path)} is larger than ${MAX_BYTES} bytes.`);

const shown = (path: string): string => (path === "-" ? "Standard input" : oneLine(path));

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Where a command is checked before it has its id. */
const ANY_ID = "check";

/**
 * Refuses what the house would refuse for its shape, before it leaves this machine: a key that is not known may hold what must not leave it (F1-103). Names fields
 * and never what stands in them.
 */
export function refuseMisshapen(command: Thing): void {
  const read = Command.safeParse({ ...command, commandId: ANY_ID });
  if (read.success) return;
  const problems = read.error.issues.map((issue) => {
    const path = issue.path.map(String).join(".");
    return issue.code === "unrecognized_keys"
      ? `${[path, issue.keys.join(", ")].filter(Boolean).join(": ")} is not known here`
      : `${path || "it"}: ${issue.message}`;
  });
  throw new CommandFailed(EXIT.usage, oneLine(`Nothing was sent. ${problems.slice(0, MOST).join("; ")}.`));
}
/** Problems that are told; the first ones explain the rest. */
const MOST = 8;
