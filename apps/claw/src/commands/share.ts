/** `claw share`, `claw owner` and `claw break-glass`: who may see what in a private house (X1-026, DESIGN 14.20, ADR 0014). */
import { HostId } from "@claw/events";
import { Argument, InvalidArgumentError, Option } from "commander";
import { oneLine } from "../render/terminal.ts";
import { duration, type Register } from "./shape.ts";
import { submit } from "./submit.ts";

interface ShareFlags {
  readonly with: string;
  readonly as: string;
  readonly until?: number;
}

const LEVELS = ["viewer", "controller", "none"];

export const registerShare: Register = (program, { io, target }) => {
  program
    .command("share")
    .description("let somebody see a session, or all of an owner; by its owner or an admin")
    .addArgument(new Argument("<scope>", "what is shared").choices(["session", "owner"]))
    .argument("<id>", "the session's id, or the owner's name")
    .requiredOption("--with <name>", "to whom")
    .addOption(
      new Option("--as <level>", "controller may act on it as well; none takes the share back")
        .choices(LEVELS)
        .default("viewer"),
    )
    .option("--until <time>", "for so long, such as 7d (default: until it is taken back)", duration)
    .addHelpText("after", SHARE_HELP)
    .action(async (scope: string, id: string, { with: to, as: word, until }: ShareFlags) => {
      const level = word === "none" ? null : word;
      const ends = until === undefined ? null : io.nowMs() + until;
      await submit(target(), { type: "share.grant", scope, id, to, level, until: ends });
      const when = ends === null ? "" : ` until ${new Date(ends).toISOString()}`;
      const what = level === null ? "is shared no more" : `is shared as ${level}${when}`;
      io.say(oneLine(`${scope} ${id} ${what} with ${to}`));
    });
  program
    .command("break-glass")
    .description("see a session of others in full for an hour, as an admin; it is recorded")
    .argument("<session>", "the session's id")
    .requiredOption("--reason <text>", "why")
    .action(async (sessionId: string, { reason }: { readonly reason: string }) => {
      await submit(target(), { type: "share.break_glass", target: { sessionId }, reason });
      io.say(oneLine(`${sessionId} is to be seen in full for an hour; that and the reason are recorded`));
    });
};

export const registerOwner: Register = (program, { io, target }) => {
  const group = program.command("owner").description("whose sessions a unix user's are on a host");
  group
    .command("map")
    .description("say who a unix user of a host is")
    .argument("<host>", "the host's id", hostId)
    .argument("<unix-user>", "the user whose app-server it is")
    .argument("<owner>", "the person, by the name that they sign in with")
    .addHelpText("after", OWNER_HELP)
    .action(async (hostId: HostId, unixUser: string, owner: string) => {
      await submit(target(), { type: "owner.map", hostId, unixUser, owner });
      io.say(oneLine(`sessions of ${unixUser} on ${hostId} are ${owner}'s`));
    });
  group
    .command("unmap")
    .description("take that back; they are nobody's but the unix user's")
    .argument("<host>", "the host's id", hostId)
    .argument("<unix-user>", "the user whose app-server it is")
    .action(async (hostId: HostId, unixUser: string) => {
      await submit(target(), { type: "owner.map", hostId, unixUser, owner: null });
      io.say(oneLine(`sessions of ${unixUser} on ${hostId} are unix:${unixUser}@${hostId}'s`));
    });
};

function hostId(text: string): HostId {
  const read = HostId.safeParse(text);
  if (read.success) return read.data;
  throw new InvalidArgumentError("It takes lower-case letters, digits, _ and -, at most 63.");
}

const SHARE_HELP = `
Examples:
  $ claw share session 0199c0de-0000-7000-8000-000000000001 --with bob
  $ claw share owner ann --with bob --as controller --until 7d
  $ claw share owner ann --with bob --as none
`;

const OWNER_HELP = `
Examples:
  $ claw owner map build-1 deploy ann
  $ claw owner unmap build-1 deploy
`;
