/** Refusals of writes into sessions, by policy and by hosts. */
import type { RefusalKind } from "./kind.ts";

export const writesRefusals = {
  session_unknown: {
    status: 404,
    reason: "No session has this id.",
    remedy: "`claw get sessions` shows the ids, with `--closed` those of closed ones as well.",
  },
  session_closed: {
    status: 409,
    reason: "The session was archived or deleted.",
    remedy: "Unarchive it in Codex, or choose another session.",
  },
  session_idle: {
    status: 409,
    reason: "The session has no active turn that could be steered or interrupted.",
    remedy: "There is nothing to interrupt; to send text, leave the mode at `auto` or say `start`.",
  },
  session_active: {
    status: 409,
    reason: "The session is in a turn already.",
    remedy: "Send with mode `auto` or `steer` to speak into the turn, or wait for its end.",
  },
  turn_unknown: {
    status: 409,
    reason:
      'A turn that this depends on is not known: the one it is meant for, or, by the rule "known cause", the one in which a session asks, which says what caused it.',
    remedy:
      "Wait a moment and try again: a turn that has just begun is known then. `claw describe session` shows the last turn of the session that is meant, or of the one that asks.",
  },
  turn_mismatch: {
    status: 409,
    reason: "Another turn is active than the one that was expected.",
    remedy: "Read the session again; `facts.activeTurnId` is the active turn.",
  },
  host_silent: {
    status: 503,
    reason: "Nothing was heard of the session's host for longer than its budget.",
    remedy:
      "See that the host is on and its connector runs; `claw describe host` says since when it is silent. What is asked of it now would not arrive.",
  },
  host_catching_up: {
    status: 503,
    reason: "The session's host is behind with what it has to tell, so what is known of the session is old.",
    remedy: "Wait `facts.retryAfterMs` (ms) and try again; the host tells the rest by itself.",
  },
  endpoint_lost: {
    status: 503,
    reason: "The host is there, but its app-server cannot be reached.",
    remedy: "Start Codex's app-server there again; `claw doctor` on that host says what is wrong.",
  },
  halted: {
    status: 409,
    reason: "A kill switch stops writes here.",
    remedy:
      "`claw policy show` says who halted it and why; `claw resume` with `facts.scope` and `facts.id` (with `--all` where the scope is `global`) lifts it, for whoever may.",
  },
  muted: {
    status: 429,
    reason: "This origin was refused too often and is muted for a while.",
    remedy:
      "Stop asking, and wait `facts.retryAfterMs` (ms); repeating prolongs nothing and gains nothing. `claw policy show` says who is muted, and for what.",
  },
  rate_limited: {
    status: 429,
    reason: "More writes in this time than the limit that `facts.limit` names allows.",
    remedy: "Wait `facts.retryAfterMs` (ms) and try again; `claw policy show` lists the limits.",
  },
  budget_spent: {
    status: 409,
    reason: "The first cause that this command goes back to has spent its budget, or is too old.",
    remedy:
      "Stop here, and let a person start anew; `facts.limit` names the budget, `facts.rootId` the cause.",
  },
  self_echo: {
    status: 409,
    reason: "A session cannot send to itself.",
    remedy: "Say it in the turn instead, or name another session.",
  },
  cycle: {
    status: 409,
    reason: "The target is in the command's own chain of causes: it would be answered in a circle.",
    remedy: "Let the target read the answer here, or report progress; do not send back to who asked.",
  },
  too_many_hops: {
    status: 409,
    reason: "This cause was passed on from session to session as often as it may be.",
    remedy: "Do the work here, or report back; `facts.limit` is how far a cause may go.",
  },
  edge_repeats: {
    status: 409,
    reason: "This session has sent to that one as often as one cause may.",
    remedy: "Read the other session instead of asking it again.",
  },
  chain_too_wide: {
    status: 409,
    reason: "Too many causes or sessions have flowed together in this turn.",
    remedy:
      "Do it in a turn that a person or one command started; `facts.what` says of which there are too many.",
  },
  lease_held: {
    status: 409,
    reason: "Somebody else holds the session's write lease.",
    remedy:
      "Wait until it ends, ask `facts.holder` to release it, or let an operator break it with a reason.",
  },
  lease_unknown: {
    status: 404,
    reason: "No lease of this id, or on this session, is offered or in force.",
    remedy:
      "It was released or broken, has expired, or a person took over: `claw get leases` says which. Acquire a new one if it is still wanted.",
  },
  lease_not_yours: {
    status: 403,
    reason: "This lease belongs to somebody else.",
    remedy: "Only its holder renews or releases it; an operator may break it.",
  },
  command_outstanding: {
    status: 409,
    reason:
      "An earlier command to this session has no outcome yet, and two at once would get in each other's way.",
    remedy: "Wait for it, at most `facts.retryAfterMs` (ms): `facts.commandId` is the one.",
  },
  human_at_work: {
    status: 409,
    reason: "A person is at work in this session, and people come first.",
    remedy:
      "Leave it to the person, or try again when their turn is over; `facts.retryAfterMs`, if it is there, is how many ms to wait. An operator may still send.",
  },
  control_characters: {
    status: 422,
    reason: "The text holds control characters, which a terminal would obey.",
    remedy:
      "Send plain text; only tabs and line breaks may stand in it. `facts.offset` is the first that may not.",
  },
  text_too_long: {
    status: 413,
    reason: "The text is longer than one send may be.",
    remedy:
      "Send less; put the rest into a file that the session can read. `facts.limit` is the most, in bytes.",
  },
  stale_token: {
    status: 409,
    reason: "A newer right to write to the session was given out before this command could be carried out.",
    remedy: "Read the session again, and ask anew if it is still wanted.",
  },
  active_writer: {
    status: 409,
    reason:
      "Another app-server on the same Codex home has the session in memory, and Codex lets only one write.",
    remedy: "Use it there, or close it there first: `facts.holder` says which one it is, as far as is known.",
  },
  endpoint_busy: {
    status: 503,
    reason: "The app-server took no new work for as long as the command could wait.",
    remedy: "Wait and try again; `facts.reason` says whether it is overloaded or about to end.",
  },
  codex_refused: {
    status: 409,
    reason: "Codex refused it, for a reason that has no name here.",
    remedy: "Look into the connector's diagnostics on that host; `facts.method` is what Codex refused.",
  },
  not_delivered: {
    status: 409,
    reason: "The call to Codex was lost, and the session shows that it was never carried out.",
    remedy: "Ask again with a new commandId.",
  },
} as const satisfies Readonly<Record<string, RefusalKind>>;
