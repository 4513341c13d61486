/**
 * `claw host`: which machines may report. `host add` prints one command to paste on the new machine. The token in it goes through a pipe from the
 * shell's own `printf`, so it is in no process's arguments and in no URL (DESIGN 14.22); `claw connect` keeps it in a file for its owner.
 */
import { DEFAULT_GROUP, type GroupId, HostId, sha256 } from "@claw/events";
import { newBearer } from "@claw/runtime";
import { InvalidArgumentError } from "commander";
import { readRows } from "../client/pages.ts";
import { isLoopback, readAddress, uplinkOf } from "../client/target.ts";
import { hosts } from "../render/looks.ts";
import { type Format, writeList } from "../render/output.ts";
import { quoted } from "../render/shell.ts";
import { addHostCare } from "./host-care.ts";
import { groupId, outputOption, type Register } from "./shape.ts";
import { submit } from "./submit.ts";

export const registerHost: Register = (program, { io, target }) => {
  const group = program.command("host").description("let machines join, list them, and take them away");
  group
    .command("add")
    .description("print the one command that makes a machine join")
    .argument("<id>", "the host's id: lower-case letters, digits, _ and -", hostId)
    .option(
      "--url <url>",
      "the address at which that machine reaches this house (default: CLAW_URL)",
      plainUrl,
    )
    .option("--group <id>", `the group that looks after its sessions (default: ${DEFAULT_GROUP})`, groupId)
    .addHelpText("after", EXAMPLES)
    .action(async (hostId: HostId, { url, group }: { readonly url?: URL; readonly group?: GroupId }) => {
      const house = target();
      const address = url ?? uplinkOf(io.env, house);
      const { tokenId, bearer } = newBearer("host");
      const added = { type: "host.add", hostId, tokenId, tokenDigest: sha256(bearer), until: null };
      await submit(house, group === undefined ? added : { ...added, group });
      io.say(
        `On ${hostId}, in a checkout of this repository, run this once. It holds the host's token: treat it as a password.`,
      );
      io.out(`${joinCommand(hostId, address, bearer)}\n`);
      if (isLoopback(address))
        io.say(
          "The address in it is this machine's own: from another machine, give --url with one that it can reach.",
        );
    });
  group
    .command("list")
    .description("the hosts there are")
    .addOption(outputOption())
    .action(({ output }: { readonly output: Format }) =>
      writeList(io, hosts, readRows(target(), { path: "/api/hosts", key: "hosts", params: {} }), output),
    );
  addHostCare(group, { io, target }, hostId);
};

function hostId(text: string): HostId {
  const read = HostId.safeParse(text);
  if (read.success) return read.data;
  throw new InvalidArgumentError("It takes lower-case letters, digits, _ and -, at most 63.");
}

function plainUrl(text: string): URL {
  const url = readAddress(text);
  if (url !== null) return url;
  throw new InvalidArgumentError("It takes a plain http or https address.");
}

/** `hostId` and the token are made of letters that no shell reads as anything else; the address is quoted. */
export const joinCommand = (hostId: string, address: URL, bearer: string): string =>
  `printf %s ${bearer} | CLAW_HOST_ID=${hostId} npx claw connect --url ${quoted(address.href)} --token-file -`;

const EXAMPLES = `
Examples:
  $ claw host add build-1 --url https://claw.example.org
  $ claw host add build-2 --url https://claw.example.org --group release
  $ claw host list -o wide
  $ claw host drain build-1 --reason "new disk"
`;
