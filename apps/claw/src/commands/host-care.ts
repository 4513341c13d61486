/** Looking after hosts that joined: keeping new work away, taking one away, and giving one a new token. */
import { type HostId, sha256 } from "@claw/events";
import { newBearer } from "@claw/runtime";
import type { Command } from "commander";
import { positiveNumber, type Setting } from "./shape.ts";
import { submit } from "./submit.ts";

/** How long the token before a rotation stays good: an hour, time enough to walk to the machine. */
const GRACE_MINUTES = 60;
const MINUTE_MS = 60_000;

type ReadId = (text: string) => HostId;
interface Why {
  readonly reason: string;
}

export function addHostCare(group: Command, { io, target }: Setting, hostId: ReadId): void {
  const place = (name: string, description: string, done: string, body: Readonly<Record<string, string>>) =>
    group
      .command(name)
      .description(description)
      .argument("<id>", "the host's id", hostId)
      .option("--reason <text>", "why", `${name} by hand`)
      .action(async (id: HostId, { reason }: Why) => {
        await submit(target(), { ...body, hostId: id, reason });
        io.say(`${id} ${done}`);
      });
  place("cordon", "place no new work on a host; what runs there goes on", "takes no new work", {
    type: "host.cordon",
    placement: "cordoned",
  });
  place("uncordon", "take a cordon or a drain back", "takes work again", {
    type: "host.cordon",
    placement: "open",
  });
  place(
    "drain",
    "as cordon, and the host is about to be taken away",
    "is draining: when its outbox is empty (`claw get hosts`), the machine may be stopped",
    { type: "host.drain" },
  );
  addRotate(group, { io, target }, hostId);
}

function addRotate(group: Command, { io, target }: Setting, hostId: ReadId): void {
  group
    .command("rotate")
    .description("give a host a new token; the one before stays good for a while")
    .argument("<id>", "the host's id", hostId)
    .option("--grace <minutes>", "how long the old one stays good", positiveNumber, GRACE_MINUTES)
    .action(async (id: HostId, { grace }: { readonly grace: number }) => {
      const { tokenId, bearer } = newBearer("host");
      const digest = sha256(bearer);
      await submit(target(), {
        type: "host.rotate",
        hostId: id,
        tokenId,
        tokenDigest: digest,
        until: null,
        graceMs: grace * MINUTE_MS,
      });
      io.say(
        `On ${id}, in the folder in which its connector runs, run this once within ${grace} minutes. It holds the host's token: treat it as a password.`,
      );
      io.out(`${rotateCommand(bearer)}\n`);
      io.say("The connector reads the file at its next connect; it need not be started again.");
    });
}

/** The new file takes the place of the old one whole, readable for its owner only. The token is made of letters that no shell reads otherwise. */
export const rotateCommand = (bearer: string): string =>
  `(umask 077; f="\${CLAW_TOKEN_FILE:-\${CLAW_DATA_DIR:-.claw}/host-token}"; printf '%s\\n' ${bearer} > "$f.new" && mv "$f.new" "$f")`;
