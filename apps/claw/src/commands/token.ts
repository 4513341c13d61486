/** `claw token`: who may call. A token is made here, shown once, and the house keeps its SHA-256 (X1-029). */
import { rmSync, writeFileSync } from "node:fs";
import { DEFAULT_GROUP, type GroupId, sha256 } from "@claw/events";
import { EXIT, newBearer } from "@claw/runtime";
import { type Command, Option } from "commander";
import { readRows } from "../client/pages.ts";
import { CommandFailed, type Io } from "../io.ts";
import { tokens } from "../render/looks.ts";
import { type Format, writeList } from "../render/output.ts";
import { groupId, outputOption, positiveNumber, type Register, type Setting } from "./shape.ts";
import { submit } from "./submit.ts";

const DAY_MS = 86_400_000;
interface CreateFlags {
  readonly name: string;
  readonly role: string;
  readonly days?: number;
  readonly group?: GroupId;
  readonly root?: string;
  readonly out?: string;
}

export const registerToken: Register = (program, setting) => {
  const group = program.command("token").description("make, list and revoke the tokens of people and Claws");
  addCreate(group, setting);
  group
    .command("list")
    .description("all tokens, without what proves them")
    .addOption(outputOption())
    .action(({ output }: { readonly output: Format }) =>
      writeList(
        setting.io,
        tokens,
        readRows(setting.target(), { path: "/api/tokens", key: "tokens", params: {} }),
        output,
      ),
    );
  group
    .command("revoke")
    .description("make a token worthless, at once")
    .argument("<token>", "its id, as `claw token list` shows it")
    .option("--reason <text>", "why", "revoked by hand")
    .action(async (tokenId: string, { reason }: { readonly reason: string }) => {
      await submit(setting.target(), { type: "token.revoke", tokenId, reason });
      setting.io.say(`${tokenId} is revoked`);
    });
};

function addCreate(group: Command, { io, target }: Setting): void {
  group
    .command("create")
    .description("make a token; it is written once, to stdout or to a file")
    .requiredOption("--name <name>", "whose it is")
    .addOption(
      new Option("--role <role>", "what it may do")
        .choices(["viewer", "operator", "auditor", "admin", "claw"])
        .makeOptionMandatory(),
    )
    .option("--days <n>", "how long it is good; for ever without", positiveNumber)
    .option("--group <id>", `the group whose sessions a Claw acts on (default: ${DEFAULT_GROUP})`, groupId)
    .option("--root <session>", "the one tree that a viewer's token reads, by the session at its top")
    .option("--out <file>", "write it to this new file, for the owner only")
    .addHelpText("after", EXAMPLES)
    .action(async ({ name, role, days, group, root, out }: CreateFlags) => {
      const { tokenId, bearer } = newBearer("api");
      const until = days === undefined ? null : io.nowMs() + days * DAY_MS;
      if (out !== undefined) keep(out, bearer);
      const made = { type: "token.create", tokenId, tokenDigest: sha256(bearer), name, role, until };
      const command = { ...made, ...(group !== undefined && { group }), ...(root !== undefined && { root }) };
      await submit(target(), command).catch((error: unknown) => {
        if (out !== undefined) rmSync(out);
        throw error;
      });
      tell(io, tokenId, bearer, out);
    });
}

/** Written before the house knows of it: a file that cannot be written leaves no token behind that nobody has. */
function keep(file: string, bearer: string): void {
  try {
    writeFileSync(file, `${bearer}\n`, { mode: 0o600, flag: "wx" });
  } catch {
    throw new CommandFailed(EXIT.usage, `${file} cannot be made: it exists already, or its folder does not.`);
  }
}

function tell(io: Io, tokenId: string, bearer: string, out: string | undefined): void {
  if (out === undefined) {
    io.out(`${bearer}\n`);
    io.say(`${tokenId} is made; the line above is shown this once, and kept nowhere.`);
  } else io.say(`${tokenId} is made and written to ${out}: use it with CLAW_TOKEN_FILE=${out}`);
}

const EXAMPLES = `
Examples:
  $ claw token create --name grafana --role viewer --days 90
  $ claw token create --name ann --role operator --out ann.token
  $ claw token create --name release-claw --role claw --group release --out release.token
  $ claw token list -o name
`;
