/** `claw lease acquire --hold`: the lease stays until Ctrl-C, or until somebody else ends it, and then it is said who. */
import { EXIT } from "@claw/runtime";
import { answerOf, ask } from "../client/ask.ts";
import { hold, type Renewal } from "../client/hold.ts";
import type { Thing } from "../client/pages.ts";
import { readLease } from "../client/rules.ts";
import type { Target } from "../client/target.ts";
import { CommandFailed, type ExitCode, type Io } from "../io.ts";
import { at, principalOf } from "../render/columns.ts";
import { oneLine } from "../render/terminal.ts";

export interface Held {
  readonly leaseId: string;
  readonly sessionId: string;
  readonly ttlMs: number;
  readonly askedMono: number;
}

/** How long giving a lease back may take after Ctrl-C. */
const RELEASE_MS = 3_000;
/** A renewal that takes longer than this share of the TTL is given up and asked again; never sooner than that share of the shortest TTL, 5 s. */
const REPLY_SHARE = 0.25;
const LEAST_REPLY_MS = 1_250;
/** What a renewal may fail with and be tried again: the house is away, or its policy is. */
const AWAY: ReadonlySet<ExitCode> = new Set([EXIT.unreachable, EXIT.unknownOutcome, EXIT.fault]);

/** Ends well on Ctrl-C, and else fails with 5 (it was taken) or 7 (nothing was heard of the house for too long). */
export async function holdLease(io: Io, target: Target, held: Held): Promise<void> {
  io.endWithin(RELEASE_MS);
  const { leaseId } = held;
  const end = await hold(held.ttlMs, held.askedMono, {
    renew: () => renew(target, held),
    pause,
    monoMs: () => performance.now(),
    onSilence: () => io.say("the house does not answer; trying again"),
    stop: io.stop,
  });
  if (end === "stopped") {
    io.say(await release(target, held));
  } else if (end === "over") throw new CommandFailed(EXIT.conflict, await endingOf(target, held));
  else
    throw new CommandFailed(
      EXIT.unreachable,
      `Nothing was heard of the house for the time of the lease: ${leaseId} may be over, write no more.`,
    );
}

async function renew(target: Target, { leaseId, ttlMs }: Held): Promise<Renewal> {
  try {
    const replyMs = Math.max(LEAST_REPLY_MS, Math.ceil(ttlMs * REPLY_SHARE));
    answerOf(target, await ask(target, { type: "lease.renew", leaseId }, { replyMs }));
    return "renewed";
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    if (error.exitCode === EXIT.conflict || error.exitCode === EXIT.notFound) return "over";
    if (AWAY.has(error.exitCode)) return "silent";
    throw error;
  }
}

/** What became of it when it was given back. It may have ended since the last renewal, and then somebody else did it. */
async function release(target: Target, held: Held): Promise<string> {
  const { leaseId } = held;
  try {
    answerOf(target, await ask(target, { type: "lease.release", leaseId }, { replyMs: RELEASE_MS }));
    return `${leaseId} is released`;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    if (error.exitCode === EXIT.conflict) return endingOf(target, held);
    return `${leaseId} is not given back, and ends by itself after its TTL: ${error.message}`;
  }
}

/** Who ended it, as far as the house says. */
async function endingOf(target: Target, { leaseId, sessionId }: Held): Promise<string> {
  const lease = await leaseIfTold(target, leaseId);
  const word = String(at(lease, "how") ?? at(lease, "state") ?? "");
  const reason = at(lease, "reason");
  const by = at(lease, "endedBy") ? principalOf(lease, "endedBy") : "";
  const why = [by, typeof reason === "string" ? reason : ""].filter(Boolean).join(": ");
  const ending = ENDINGS.get(word) ?? "The lease is over";
  return oneLine(`${ending}: ${leaseId} on ${sessionId}${why === "" ? "" : ` (${why})`}.`);
}

const ENDINGS: ReadonlyMap<string, string> = new Map([
  ["yielded", "A person took over, and people come first"],
  ["broken", "An operator broke the lease"],
  ["expired", "The lease expired: no renewal arrived in time"],
  ["released", "The lease was released elsewhere"],
  ["lapsed", "The offer lapsed: its host did not fence"],
]);

/** Empty where the house cannot say: that the lease is over is known already. */
const leaseIfTold = (target: Target, leaseId: string): Promise<Thing> =>
  readLease(target, leaseId).catch(() => ({}));

const pause = (ms: number, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (stop.aborted) done();
    else stop.addEventListener("abort", done, { once: true });
  });
