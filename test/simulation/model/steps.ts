/** Everything that may happen next: what Claws, time, operators, crashes and the network do. */
import { deliver } from "./deliver.ts";
import { decided, sent } from "./change.ts";
import { began, called, ended } from "./invariants.ts";
import type { Without } from "./safeguards.ts";
import { CLAWS, COMMANDS, type ModelState, TOKENS } from "./state.ts";

export interface Step {
  readonly label: string;
  readonly state: ModelState;
}

/** Every next state. The Claws are alike, so the first to do anything may as well be the one with the lower number. */
export function stepsFrom(state: ModelState, without: Without): readonly Step[] {
  return [
    ...askSteps(state, without),
    ...policySteps(state, without),
    ...hostSteps(state, without),
    ...networkSteps(state, without),
  ];
}

const clawsOf = ({ memory, log }: ModelState): readonly number[] =>
  memory.counter === 0 && log.counter === 0 ? [0] : CLAWS;

function askSteps(state: ModelState, without: Without): readonly Step[] {
  const id = state.memory.accepted.length + 1;
  return clawsOf(state).flatMap((claw) => {
    const after = ask(state, id, claw, without);
    return after === null ? [] : [{ label: `claw ${claw} has command ${id} accepted`, state: after }];
  });
}

/** The holder writes under its lease; anybody else only while there is none, under a token of its own. Null for a refusal, which changes nothing. */
function ask(state: ModelState, id: number, claw: number, without: Without): ModelState | null {
  const { memory } = state;
  const { lease, accepted, counter } = memory;
  const mayWrite =
    lease === null ? counter < TOKENS : lease.isGranted && (lease.claw === claw || without.has("holder"));
  if (!mayWrite || id > COMMANDS) return null;
  const token = lease?.token ?? counter + 1;
  const after = {
    ...memory,
    counter: Math.max(counter, token),
    accepted: [...accepted, { id, token, claw }],
  };
  return sent(decided(state, after, without), { kind: "command", id, token, claw });
}

function policySteps(state: ModelState, without: Without): readonly Step[] {
  const { memory, log, restarts } = state;
  const steps: Step[] = [...leaseSteps(state, without)];
  for (const { id, token, claw } of memory.accepted)
    steps.push({
      label: `ingest sends command ${id}`,
      state: sent(state, { kind: "command", id, token, claw }),
    });
  if (log !== memory)
    steps.push({ label: "the log gets what policy decided", state: { ...state, log: memory } });
  if (restarts.policy > 0) {
    const isElapsed = without.has("fullTtl");
    const lease = log.lease === null ? null : { ...log.lease, isElapsed };
    const folded = { ...log, lease };
    const state2 = {
      ...state,
      memory: folded,
      log: folded,
      restarts: { ...restarts, policy: restarts.policy - 1 },
    };
    steps.push({ label: "policy starts again from the log", state: state2 });
  }
  return steps;
}

function leaseSteps(state: ModelState, without: Without): readonly Step[] {
  const { memory } = state;
  const { lease } = memory;
  if (lease === null)
    return memory.counter < TOKENS ? clawsOf(state).map((claw) => offer(state, claw, without)) : [];
  const { token, claw } = lease;
  const over = decided(state, { ...memory, lease: null }, without);
  if (!lease.isGranted)
    return [
      { label: `ingest sends fence ${token}`, state: sent(state, { kind: "fence", id: 0, token, claw: 0 }) },
      { label: `offer ${token} lapses`, state: over },
    ];
  const steps: Step[] = [
    {
      label: `policy tells claw ${claw} of lease ${token}`,
      state: sent(state, { kind: "told", id: 0, token, claw }),
    },
    { label: `an operator breaks lease ${token}`, state: ended(over, token) },
  ];
  if (lease.isElapsed) steps.push({ label: `lease ${token} expires`, state: over });
  else steps.push({ label: `a TTL passes without renewal of ${token}`, state: ttlPasses(state) });
  return steps;
}

function offer(state: ModelState, claw: number, without: Without): Step {
  const token = state.memory.counter + 1;
  const isGranted = without.has("twoPhases");
  const lease = { token, claw, isGranted, isElapsed: false };
  const offered = decided(state, { ...state.memory, counter: token, lease }, without);
  return {
    label: `policy offers lease ${token} to claw ${claw}`,
    state: isGranted
      ? sent(began(offered, token), { kind: "told", id: 0, token, claw })
      : sent(offered, { kind: "fence", id: 0, token, claw: 0 }),
  };
}

function ttlPasses(state: ModelState): ModelState {
  const { memory, log } = state;
  const { lease } = memory;
  if (lease === null) return state;
  const elapsed = { ...memory, lease: { ...lease, isElapsed: true } };
  return ended({ ...state, memory: elapsed, log: log === memory ? elapsed : log }, lease.token);
}

function hostSteps(state: ModelState, without: Without): readonly Step[] {
  const { host, restarts } = state;
  const { performing } = host;
  const steps: Step[] = [];
  const idle = { ...host, performing: null };
  if (performing !== null)
    steps.push({
      label: `the host performs command ${performing.id} with token ${performing.token}`,
      state: called({ ...state, host: idle }, performing),
    });
  if (restarts.host > 0) {
    const fewer = { ...restarts, host: restarts.host - 1 };
    const newest = without.has("kept") ? 0 : host.newest;
    const again = { ...state, host: { ...idle, newest }, restarts: fewer };
    steps.push({ label: "the host starts again", state: again });
    if (without.has("notAgain") && performing !== null) {
      const twice = called({ ...state, restarts: fewer }, performing);
      steps.push({ label: "the host dies right after its call, and starts again", state: twice });
    }
  }
  return steps;
}

function networkSteps(state: ModelState, without: Without): readonly Step[] {
  return state.frames.flatMap((frame, index) => {
    const name = `${frame.kind} ${frame.id || frame.token}`;
    const rest = { ...state, frames: state.frames.toSpliced(index, 1) };
    const steps: Step[] = [{ label: `${name} is lost`, state: rest }];
    const after = deliver(rest, frame, without);
    if (after !== null) steps.push({ label: `${name} arrives`, state: after });
    return steps;
  });
}
