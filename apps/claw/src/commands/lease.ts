/** `claw lease`: the exclusive right to write to a session for a while. */
import { EXIT } from "@claw/runtime";
import { type Command, Option } from "commander";
import { type Answer, answerOf, ask, Lease } from "../client/ask.ts";
import { EXITS_HELP } from "../client/exits.ts";
import { idsLike, orLike } from "../client/nearest.ts";
import { readLease } from "../client/rules.ts";
import type { Target } from "../client/target.ts";
import { CommandFailed } from "../io.ts";
import { ageOf } from "../render/age.ts";
import { commands } from "../render/looks.ts";
import { type Format, writeOne } from "../render/output.ts";
import { whileWaiting } from "../render/spinner.ts";
import { holdLease } from "./lease-hold.ts";
import { durationBetween, outputOption, type Register, type Setting } from "./shape.ts";
import { submit } from "./submit.ts";

/** A host that is there fences in milliseconds, and an offer lapses after 10 s (DESIGN 6.2): what takes longer is a no. */
const GRANT_MS = 15_000;

interface AcquireFlags {
  readonly ttl: number;
  readonly hold?: boolean;
  readonly output: Format;
}

export const registerLease: Register = (program, setting) => {
  const group = program
    .command("lease")
    .description("the exclusive right to write to a session: acquire, renew, release, break");
  addAcquire(group, setting);
  const { io, target } = setting;
  group
    .command("renew")
    .description("give a lease its full time again")
    .argument("<lease>", "its id, as `claw lease acquire` wrote it")
    .action(async (leaseId: string) => {
      await submit(target(), { type: "lease.renew", leaseId });
      io.say(`${leaseId} is renewed`);
    });
  group
    .command("release")
    .description("give a lease back")
    .argument("<lease>", "its id")
    .action(async (leaseId: string) => {
      await submit(target(), { type: "lease.release", leaseId });
      io.say(`${leaseId} is released`);
    });
  group
    .command("break")
    .description("take the lease of a session away from its holder")
    .argument("<session>", "the session's id")
    .requiredOption("--reason <text>", "why; its holder reads it")
    .action(async (sessionId: string, { reason }: { readonly reason: string }) => {
      await submit(target(), { type: "lease.break", target: { sessionId }, reason });
      io.say(`nobody holds a lease on ${sessionId} any more`);
    });
};

function addAcquire(group: Command, setting: Setting): void {
  group
    .command("acquire")
    .description("ask for the lease of a session; its id goes to stdout once it is in force")
    .argument("<session>", "the session's id")
    .addOption(
      new Option("--ttl <time>", "how long it lasts without a renewal, 5s to 5m")
        .argParser(durationBetween("5s", "5m"))
        .default(30_000, "30s"),
    )
    .option("--hold", "renew it until Ctrl-C, then give it back")
    .addOption(outputOption())
    .addHelpText("after", ACQUIRE_HELP)
    .action((session: string, flags: AcquireFlags) => acquire(setting, session, flags));
}

async function acquire(setting: Setting, sessionId: string, flags: AcquireFlags): Promise<void> {
  const { io } = setting;
  const target = setting.target();
  const askedMono = performance.now();
  const answer = await whileWaiting(io, "waiting for the host to fence", grant(target, sessionId, flags.ttl));
  const { leaseId, ttlMs, token } = leaseOf(answer, flags.ttl);
  if (flags.output === "table" || flags.output === "wide") io.out(`${leaseId}\n`);
  else writeOne(io, { ...commands, name: () => leaseId }, answer, flags.output);
  const proof = token === null ? "" : `, token ${token.generation}.${token.counter}`;
  io.say(`${leaseId} is in force on ${sessionId} for ${ageOf(ttlMs)}${proof}`);
  if (flags.hold === true) await holdLease(setting.io, target, { leaseId, sessionId, ttlMs, askedMono });
}

/** The answer with its lease. Whoever holds it already is told which one it is, and not asked to wait for it. */
async function grant(target: Target, sessionId: string, ttlMs: number): Promise<Answer> {
  const command = { type: "lease.acquire", target: { sessionId }, ttlMs };
  const raw = await ask(target, command, { wait: "outcome", waitMs: GRANT_MS });
  const like = () => idsLike(target, "session", sessionId);
  const answer = await orLike(() => answerOf(target, raw), like);
  const held = answer.facts?.["leaseId"];
  if (answer.lease !== undefined || typeof held !== "string") return answer;
  return { ...answer, lease: Lease.parse(await readLease(target, held)) };
}

interface InForce {
  readonly leaseId: string;
  readonly ttlMs: number;
  readonly token: { readonly generation: number; readonly counter: number } | null;
}

/** The lease of an answer. One that is only offered is none: its host has not fenced, so an older token might still act. */
function leaseOf({ commandId, lease }: Answer, askedTtlMs: number): InForce {
  const state = lease?.state ?? null;
  if (lease === null || lease === undefined || (state !== null && state !== "inForce"))
    throw new CommandFailed(
      EXIT.unknownOutcome,
      `The lease is ${state ?? "offered"}, and not in force yet: \`claw get leases\` shows whether its host fences in time (${commandId}).`,
    );
  return { leaseId: lease.leaseId, ttlMs: lease.ttlMs ?? askedTtlMs, token: lease.token ?? null };
}

const ACQUIRE_HELP = `
A lease is in force when its host has fenced: from then on nobody else writes to the session. A person who
types in it ends the lease; --hold says so at its next renewal, after a third of the TTL at most, and ends
with exit 5.
${EXITS_HELP}
Examples:
  $ claw lease acquire 0199c0de-0000-7000-8000-000000000001 --hold
  $ lease=$(claw lease acquire 0199c0de-0000-7000-8000-000000000001 --ttl 2m)
  $ claw lease release $lease
`;
