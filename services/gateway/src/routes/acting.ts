/** What was asked of the house and by what rules it lives: commands, leases, limits, switches and rights. */
import { CommandView, LeaseView, presentRules, RulesView } from "@claw/views";
import { z } from "zod";
import { Refused } from "../http/problem.ts";
import { cursor, limit, MAX_LIMIT, word } from "../http/query.ts";
import { listOf, oneOf, read, standing } from "../http/route.ts";
import { presenterFor } from "../present.ts";
import { pageOf } from "./page.ts";

const name = z.string().min(1).max(1_024).optional();

export const listCommands = read({
  path: "/api/commands",
  summary: "Commands, the one that was decided last first",
  action: "fleet.read",
  query: z.strictObject({
    session: word.describe("Commands for this session."),
    host: word.describe("Commands for sessions of this host."),
    state: z
      .enum(["open", "closed"])
      .optional()
      .describe("Open: a host has it to carry out, and its end is not known."),
    decision: z.enum(["accepted", "refused"]).optional(),
    principal: name.describe("Commands that somebody of this name asked for."),
    limit,
    cursor,
  }),
  answer: listOf("commands", CommandView),
  handle: ({ house, caller, query }) => {
    const present = presenterFor(house, caller);
    const { session, host, state, decision, principal } = query;
    const filter = {
      ...(session !== undefined && { sessionId: session }),
      ...(host !== undefined && { hostId: host }),
      ...(state !== undefined && { state }),
      ...(decision !== undefined && { decision }),
      ...(principal !== undefined && { principal }),
    };
    return pageOf(
      house,
      (reader) => reader.commands(filter, query),
      ({ rows, ...rest }) => ({ commands: rows.map(present.command), ...rest }),
    );
  },
});

export const oneCommand = read({
  path: "/api/commands/{commandId}",
  summary: "One command, and what became of it",
  action: "fleet.read",
  query: z.strictObject({}),
  answer: oneOf("command", CommandView),
  handle: ({ house, caller, segment }) => {
    const row = house.reader().command(segment("commandId"));
    if (row === null) throw new Refused("not_found", { kind: "command" });
    return { command: presenterFor(house, caller).command(row) };
  },
});

export const listLeases = read({
  path: "/api/leases",
  summary: "Write leases, the one that was offered last first",
  action: "fleet.read",
  query: z.strictObject({
    session: word.describe("Leases of this session."),
    host: word.describe("Leases of sessions of this host."),
    state: z.enum(["offered", "inForce", "ended"]).optional(),
    limit,
    cursor,
  }),
  answer: listOf("leases", LeaseView),
  handle: ({ house, caller, query }) => {
    const present = presenterFor(house, caller);
    const { session, host, state } = query;
    const filter = {
      ...(session !== undefined && { sessionId: session }),
      ...(host !== undefined && { hostId: host }),
      ...(state !== undefined && { state }),
    };
    return pageOf(
      house,
      (reader) => reader.leases(filter, query),
      ({ rows, ...rest }) => ({ leases: rows.map(present.lease), ...rest }),
    );
  },
});

export const oneLease = read({
  path: "/api/leases/{leaseId}",
  summary: "One write lease",
  action: "fleet.read",
  query: z.strictObject({}),
  answer: oneOf("lease", LeaseView),
  handle: ({ house, caller, segment }) => {
    const row = house.reader().lease(segment("leaseId"));
    if (row === null) throw new Refused("not_found", { kind: "lease" });
    return { lease: presenterFor(house, caller).lease(row) };
  },
});

/** Of each kind of rule the newest are shown, as many as a page holds. */
const PAGE = { limit: MAX_LIMIT, cursor: null };

export const houseRules = read({
  path: "/api/rules",
  summary: `The house's own rules: every limit, and of switches, rights, rules for questions, and mutes the newest ${MAX_LIMIT} that are in force`,
  action: "fleet.read",
  query: z.strictObject({}),
  answer: oneOf("rules", RulesView).extend({ position: standing }),
  handle: ({ house }) => {
    const reader = house.reader();
    const position = reader.position();
    const rows = {
      limits: reader.rules("limit", PAGE).rows,
      switches: reader.rules("switch", PAGE).rows,
      grants: reader.rules("grant", PAGE).rows,
      rulings: reader.rules("ruling", PAGE).rows,
      mutes: reader.rules("mute", PAGE).rows,
    };
    return { rules: presentRules(rows, house.clocks.wallMs()), position };
  },
});
