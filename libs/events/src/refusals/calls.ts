/** Refusals of what sessions ask for, of new sessions, and of answers to what Codex asks. */
import type { RefusalKind } from "./kind.ts";

export const callsRefusals = {
  not_enabled: {
    status: 403,
    reason:
      "This is closed: to sessions unless a trusted policy opens it (`facts.right`), or to all, because this version has no such part (`facts.what`).",
    remedy:
      "For a right ask an admin: `claw policy grant` opens it for a session, a host, a group or all. What is no part of this version has to be done without.",
  },
  key_unbound: {
    status: 403,
    reason: "The key belongs to no thread yet, so nobody can say who asks.",
    remedy: "Wait a moment and try again; the thread's host binds the key when the thread is there.",
  },
  thread_mismatch: {
    status: 403,
    reason: "The call says that it comes from another thread than the one that its key was given to.",
    remedy: "Call with the key of your own thread. The attempt was recorded.",
  },
  session_only: {
    status: 403,
    reason: "Only a session can say this, of itself.",
    remedy: "Let the session call it over MCP.",
  },
  no_host: {
    status: 503,
    reason: "No host can take a new session now.",
    remedy:
      "Look at `claw get hosts -o wide`: one has to be live, open for new work, and name a folder in CLAW_WORKSPACE_ROOTS that holds the workspace.",
  },
  host_not_open: {
    status: 409,
    reason: "This host takes no new work.",
    remedy: "Choose another host, or open it again: `claw host uncordon`.",
  },
  endpoint_unknown: {
    status: 404,
    reason: "The host has no endpoint of this name.",
    remedy: "`claw get endpoints` shows them.",
  },
  workspace_not_allowed: {
    status: 403,
    reason: "The folder does not lie under any that this host gives to spawned sessions.",
    remedy:
      "Choose a folder under one of the host's roots (`claw describe host`), or add one to CLAW_WORKSPACE_ROOTS there.",
  },
  workspace_missing: {
    status: 409,
    reason: "There is no such folder on the host.",
    remedy: "Make the folder there, or name one that exists.",
  },
  sandbox_not_allowed: {
    status: 403,
    reason: "A session may not give another one so much of the machine.",
    remedy:
      "Ask for `facts.most` at most, or name no sandbox; a person may spawn a session with more: `claw spawn --sandbox`.",
  },
  tree_full: {
    status: 409,
    reason: "The tree of sessions is as large as it may be.",
    remedy: "Let a session of the tree do it, or start anew from outside; `facts.limit` is the most.",
  },
  thread_vanished: {
    status: 409,
    reason: "Codex does not know the thread any more.",
    remedy: "Spawn a new session, or look for its rollout file on the host.",
  },
  mcp_unreachable: {
    status: 503,
    reason: "The host's Codex could not reach the supervisor's MCP server, so the session was not begun.",
    remedy: "See that the host reaches CLAW_PUBLIC_URL; `facts.reason` is what Codex said.",
  },
  approval_unknown: {
    status: 404,
    reason: "No question of this name was asked in the session.",
    remedy: "`claw get approvals` shows the open ones.",
  },
  approval_closed: {
    status: 409,
    reason: "The question is not open any more.",
    remedy: "Nothing is to be done; `facts.how` says what closed it.",
  },
  approval_changed: {
    status: 409,
    reason: "Something else is asked now than what you were shown.",
    remedy: "Look at it again, and decide on that.",
  },
  answer_not_offered: {
    status: 409,
    reason: "Codex does not take this answer to this question.",
    remedy: "Choose one of `facts.offered`.",
  },
  not_answerable: {
    status: 409,
    reason: "The question is not one that the supervisor may answer.",
    remedy: "Answer it in the terminal where it was asked.",
  },
} as const satisfies Readonly<Record<string, RefusalKind>>;
