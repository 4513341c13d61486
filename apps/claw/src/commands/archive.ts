/** `claw archive`: one part of a session's archive, as it was finalised (X1-035). */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { EXIT } from "@claw/runtime";
import { Argument } from "commander";
import { z } from "zod";
import { get } from "../client/http.ts";
import { open } from "../client/download.ts";
import { idsLike, orLike } from "../client/nearest.ts";
import type { Target } from "../client/target.ts";
import { CommandFailed, type Io } from "../io.ts";
import { lines, oneLine } from "../render/terminal.ts";
import type { Register } from "./shape.ts";

const FILES = {
  transcript: "transcript.md",
  events: "events.ndjson",
  summary: "summary.json",
} as const;
type Part = keyof typeof FILES;

const said = z.object({ bytes: z.int(), digest: z.string() });
const Answer = z.object({
  archive: z.looseObject({ parts: z.object({ transcript: said, events: said, summary: said }) }),
});

export const registerArchive: Register = (program, { io, target }) => {
  program
    .command("archive")
    .description("write a part of a session's archive: its transcript, its events, its summary")
    .argument("<session>", "the session's id")
    .addArgument(new Argument("[part]", "which part").choices(Object.keys(FILES)).default("transcript"))
    .option(
      "--out <file>",
      "into this file, which must not be there yet, byte for byte; needed for long ones",
    )
    .addHelpText("after", HELP)
    .action((session: string, part: Part, { out }: { readonly out?: string }) =>
      archive(io, target(), { session, part, out: out ?? null }),
    );
};

interface Wanted {
  readonly session: string;
  readonly part: Part;
  readonly out: string | null;
}

async function archive(io: Io, target: Target, { session, part, out }: Wanted): Promise<void> {
  const path = `/api/archives/${encodeURIComponent(session)}`;
  const about = await orLike(
    () => get(target, path),
    () => idsLike(target, "session", session),
  );
  const record = Answer.safeParse(about);
  if (!record.success)
    throw new CommandFailed(EXIT.fault, "The server's answer is no archive: is CLAW_URL a Claw Supervisor?");
  const { bytes, digest } = record.data.archive.parts[part];
  const hash = createHash("sha256");
  const content = await open(target, `${path}/${FILES[part]}`, (chunk) => hash.update(chunk), io.stop);
  if (out === null) await show(io, content);
  else await save(content, out);
  if (hash.digest("hex") !== digest) {
    if (out !== null) await rm(out, { force: true });
    throw new CommandFailed(
      EXIT.fault,
      "What came is not what was finalised; perhaps a newer archive took its place meanwhile: ask again.",
    );
  }
  if (out !== null) io.say(oneLine(`${bytes} bytes in ${out}, sha256 ${digest}`));
}

/** Text of hosts, so nothing that a terminal obeys; whoever needs each byte has `--out`. */
async function show(io: Io, content: AsyncIterable<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of content) io.out(lines(decoder.decode(chunk, { stream: true })));
}

/** Whole or not at all: what was begun is taken away. */
async function save(content: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const file = createWriteStream(path, { flags: "wx", mode: 0o600 });
  try {
    await pipeline(content, file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (file.bytesWritten > 0 || code !== "EEXIST") await rm(path, { force: true });
    if (!/^(EEXIST|ENOENT|EACCES|EISDIR|ENOSPC|EROFS)$/.test(code)) throw error;
    throw new CommandFailed(EXIT.usage, oneLine(`${path} cannot be written (${code}): name another file.`));
  }
}

const HELP = `
Examples:
  $ claw archive 0199c0de-0000-7000-8000-000000000001
  $ claw archive 0199c0de-0000-7000-8000-000000000001 events --out events.ndjson
  $ claw archives --session 0199c0de-0000-7000-8000-000000000001 -o wide
`;
