/** `claw log` and `claw ledger`: a fleet's stream and the ledgers that hold it. On one machine the log is the ledger, and there is nothing to do. */
import { LedgerId } from "@claw/events";
import { InvalidArgumentError } from "commander";
import { EXIT } from "@claw/runtime";
import { z } from "zod";
import { get } from "../client/http.ts";
import { Thing } from "../client/pages.ts";
import type { Target } from "../client/target.ts";
import { CommandFailed } from "../io.ts";
import { ledgers } from "../render/looks.ts";
import { type Format, writeList } from "../render/output.ts";
import { outputOption, positiveNumber, type Register } from "./shape.ts";
import { submit } from "./submit.ts";

export const registerLog: Register = (program, { io, target }) => {
  program
    .command("log")
    .description("look after a fleet's log")
    .command("trim")
    .description("begin the log anew from a position; the ledger keeps what was before it")
    .requiredOption("--before <position>", "entries before this one leave the log", positiveNumber)
    .option("--reason <text>", "why", "trimmed by hand")
    .addHelpText("after", TRIM_HELP)
    .action(async ({ before, reason }: { readonly before: number; readonly reason: string }) => {
      await submit(target(), { type: "log.trim", before, reason });
      io.say(
        `The log will begin at ${before}: the projector of record does it now, and ingest, policy and replicas start again.`,
      );
    });
};

export const registerLedger: Register = (program, { io, target }) => {
  const group = program.command("ledger").description("the ledgers of a fleet, and which one is of record");
  group
    .command("ls")
    .description("the ledgers that were heard of")
    .addOption(outputOption())
    .action(({ output }: { readonly output: Format }) =>
      writeList(io, ledgers, readLedgers(target()), output),
    );
  group
    .command("promote")
    .description("make a ledger the one of record: its commits free the hosts' outboxes from then on")
    .argument("[ledger]", "its id, as `claw ledger ls` shows it (default: the only replica)", ledgerId)
    .option("--reason <text>", "why", "promoted by hand")
    .addHelpText("after", PROMOTE_HELP)
    .action(async (given: LedgerId | undefined, { reason }: { readonly reason: string }) => {
      const id = given ?? (await onlyReplica(target()));
      await submit(target(), { type: "ledger.promote", ledgerId: id, reason });
      io.say(`${id} is the ledger of record.`);
    });
};

/** The ledger that is heard and is not of record, where there is just one. */
async function onlyReplica(target: Target): Promise<LedgerId> {
  const replicas: LedgerId[] = [];
  for await (const { ledgerId: id, role } of readLedgers(target))
    if (role === "replica") replicas.push(LedgerId.parse(id));
  const [only] = replicas;
  if (only !== undefined && replicas.length === 1) return only;
  throw new CommandFailed(
    EXIT.usage,
    replicas.length === 0
      ? "No replica is heard: start one with `claw run projector` and CLAW_LEDGER=replica."
      : `There are ${replicas.length} replicas: say which one is meant. \`claw ledger ls\` shows them.`,
  );
}

/** There are few, so they come on one page. */
async function* readLedgers(target: Target): AsyncGenerator<Thing> {
  const read = z.object({ ledgers: z.array(Thing) }).safeParse(await get(target, "/api/ledgers"));
  if (!read.success)
    throw new CommandFailed(
      EXIT.fault,
      "The server's answer is no list of ledgers: is CLAW_URL a Claw Supervisor?",
    );
  yield* read.data.ledgers;
}

function ledgerId(text: string): LedgerId {
  const read = LedgerId.safeParse(text);
  if (read.success) return read.data;
  throw new InvalidArgumentError("It takes lower-case letters, digits, _ and -, at most 63.");
}

const TRIM_HELP = `
Refused beyond what the ledger of record holds. Services are away for a few seconds; hosts keep what they
see in the meantime and send it then.

Example:
  $ claw log trim --before 1200000 --reason "70 % of max_bytes"
`;

const PROMOTE_HELP = `
Promote a replica whose position and chain equal the lost one's, or the one with the highest position.
What it does not hold yet, the log has, or the hosts: they forget only what a ledger of record confirmed.

Example:
  $ claw ledger promote ldg_b2 --reason "machine a is gone"
`;
