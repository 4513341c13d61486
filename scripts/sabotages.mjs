/**
 * One place each in which the code is broken, and the tier and file of the tests that have to notice; without them the kill tests. Of each edit, the first text
 * stands exactly once in its file.
 */
export const SABOTAGES = [
  {
    name: "ack-before-append",
    says: "ingest acknowledges before its append commits",
    file: "services/ingest/src/writer.ts",
    edits: [
      [
        "  const outcomes = yield* patiently(",
        "  tellLines(parts, items, []);\n  const outcomes = yield* patiently(",
      ],
    ],
  },
  {
    name: "row-apart-from-state",
    says: "an outbox row is committed apart from the state that it reports",
    file: "services/connector/src/outbox/tell.ts",
    edits: [
      [
        "  append(core, lane, event);\n  if (key",
        "  setImmediate(() => append(core, lane, event));\n  if (key",
      ],
    ],
  },
  {
    name: "checkpoint-apart-from-rows",
    says: "a view's checkpoint is committed before its rows",
    file: "libs/views/src/store/store.ts",
    edits: [
      ["    mark.run(batch.checkpoint.position, batch.checkpoint.entryId, versions);\n  });", "  });"],
      [
        "    write.immediate(batch, texts);",
        "    mark.run(batch.checkpoint.position, batch.checkpoint.entryId, versions);\n    write.immediate(batch, texts);",
      ],
    ],
  },
  {
    name: "rowid-used-again",
    says: "the outbox's rowid has no AUTOINCREMENT",
    file: "services/connector/src/outbox/tables.ts",
    edits: [
      ["INTEGER PRIMARY KEY AUTOINCREMENT", "INTEGER PRIMARY KEY"],
      [
        "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'",
        "SELECT coalesce(max(seq), 0) AS seq FROM outbox",
      ],
    ],
    also: {
      file: "services/connector/src/outbox/core.ts",
      edits: [["DELETE FROM sqlite_sequence WHERE name = 'outbox'", "SELECT 1"]],
    },
  },
  {
    name: "no-natural-key",
    says: "facts have no natural key",
    file: "services/connector/src/outbox/tell.ts",
    edits: [["  if (key === null) return true;\n", "  if (key !== undefined) return true;\n"]],
  },
  {
    name: "outbox-deletes-on-ack",
    says: "the outbox forgets what the stream acknowledged, before any ledger has it",
    test: "test/acceptance/fleet-log-is-hurt",
    file: "libs/wire/src/uplink/host-window.ts",
    edits: [
      [
        "  return more({ ...state, acked, everAcked: Math.max(state.everAcked, acked) }, outbox);\n",
        "  const rest = more({ ...state, acked, everAcked: Math.max(state.everAcked, acked) }, outbox);\n" +
          '  const forget = { type: "forget" as const, epoch: state.epoch ?? outbox.epoch, through: acked };\n' +
          "  return { state: rest.state, commands: [forget, ...rest.commands] };\n",
      ],
    ],
  },
  {
    name: "cursor-by-number",
    says: "a ledger knows its stream again by the number of a message alone",
    test: "test/acceptance/fleet-log-is-hurt",
    file: "services/projector/src/replication/identity.ts",
    edits: [
      [
        "  sequence === cursor.sequence && messageId === cursor.messageId && sha256(data) === cursor.digest;",
        '  sequence === cursor.sequence && messageId !== "" && sha256(data) !== "";',
      ],
    ],
  },
  {
    name: "fence-not-compared",
    says: "the host does not compare tokens before it calls",
    tier: "unit",
    test: "services/connector/test/fence.test.ts",
    file: "services/connector/src/domain/fence.ts",
    edits: [["compareTokens(token, newest.token) < 0) {", "compareTokens(token, newest.token) < -1) {"]],
  },
  {
    name: "command-done-again",
    says: "the host takes a command of which it has a row for a new one",
    tier: "unit",
    test: "services/connector/test/fence.test.ts",
    file: "services/connector/src/domain/fence.ts",
    edits: [["  if (row !== null) return row.phase", '  if (row?.phase === "unknown") return row.phase']],
  },
  {
    name: "claim-apart-from-token",
    says: "the token of a claim is not written with its row",
    tier: "contract",
    test: "services/connector/test/commands.contract.test.ts",
    file: "services/connector/src/domain/fence.ts",
    edits: [["newest: isNewer ? { token, leaseId: null } : null", "newest: isNewer ? null : null"]],
  },
  {
    name: "same-id-decided-anew",
    says: "policy decides a repeated command again",
    tier: "contract",
    test: "services/policy/test/gate.contract.test.ts",
    file: "services/policy/src/domain/decide.ts",
    edits: [["if (earlier !== null && isRepeat(", "if (earlier === undefined && isRepeat("]],
  },
  {
    name: "person-not-seen",
    says: "automation writes into a person's turn",
    tier: "unit",
    test: "services/policy/test/writes.test.ts",
    file: "services/policy/src/domain/rules/turns.ts",
    edits: [["?? inPersonsTurn(house, sight, session))", "?? null)"]],
  },
  {
    name: "no-quiet-after-person",
    says: "automation writes right after a person's last word",
    tier: "unit",
    test: "services/policy/test/writes.test.ts",
    file: "services/policy/src/domain/rules/turns.ts",
    edits: [["  if (personAt === null) return null;\n", "  if (personAt !== undefined) return null;\n"]],
  },
  {
    name: "bucket-without-bottom",
    says: "a bucket is never emptied",
    tier: "unit",
    test: "services/policy/test/rates.test.ts",
    file: "services/policy/src/domain/bucket.ts",
    edits: [["levelAt(bucket, size, at) - 1)", "levelAt(bucket, size, at))"]],
  },
  {
    name: "halt-not-asked",
    says: "a kill switch stops nothing that is asked",
    tier: "unit",
    test: "services/policy/test/limits.test.ts",
    file: "services/policy/src/domain/rules/switches.ts",
    edits: [["if (!isStopped(question)) return null;", "if (isStopped(question)) return null;"]],
  },
  {
    name: "halt-of-part-forgotten",
    says: "a kill switch of a group, a host, a session or a root reaches nothing",
    tier: "unit",
    test: "services/policy/test/limits.test.ts",
    file: "libs/events/src/halt.ts",
    edits: [["halted.has(switchKey(one))", 'one.scope === "global" && halted.has(switchKey(one))']],
  },
  {
    name: "never-overdue",
    says: "a command that nobody answers for is silent for ever",
    tier: "unit",
    test: "services/policy/test/due.test.ts",
    file: "services/policy/src/domain/due.ts",
    edits: [
      [
        "told === undefined ? command.at > forgottenAt + SKEW_MS",
        "told === undefined ? command.at < forgottenAt",
      ],
    ],
  },
  {
    name: "due-ids-by-chance",
    says: "what is due by itself is written under a new id each time",
    tier: "unit",
    test: "services/policy/test/due.test.ts",
    file: "services/policy/src/domain/due.ts",
    edits: [["`due/${id}/${word}` as EntryId", "`due/${id}/${word}/${Math.random()}` as EntryId"]],
  },
  {
    name: "lease-without-full-ttl",
    says: "a lease that came into force has run out already",
    tier: "unit",
    test: "test/simulation/lease-histories.test.ts",
    file: "services/policy/src/domain/lease-clock.ts",
    edits: [["clock.get(leaseId) ?? monoMs + ttlMs]", "clock.get(leaseId) ?? monoMs + ttlMs / 4]"]],
  },
  {
    name: "turn-unseen-believed",
    says: "who asks in a turn that nobody saw is taken to ask in another one",
    tier: "unit",
    test: "services/policy/test/causes.test.ts",
    file: "services/policy/src/domain/cause.ts",
    edits: [["|| !hasSeen(session, via.turnId))", "|| hasSeen(session, null) === false)"]],
  },
  {
    name: "pause-not-noticed",
    says: "a host that slept goes on with what it had before",
    tier: "unit",
    test: "libs/wire/test/host-side.test.ts",
    file: "libs/wire/src/uplink/host-side.ts",
    edits: [
      ["return mono > HOST_SIDE.pauseMs ||", "return mono < 0 ||"],
      ["Math.abs(wall - mono) > HOST_SIDE.pauseMs;", "Math.abs(wall - mono) < 0;"],
    ],
  },
  {
    name: "sleeper-goes-on",
    says: "a host that slept does what it had before, on whatever uplink that came",
    test: "test/acceptance/paused-connector",
    file: "libs/wire/src/uplink/host-side.ts",
    edits: [
      ["return mono > HOST_SIDE.pauseMs ||", "return mono < 0 ||"],
      ["Math.abs(wall - mono) > HOST_SIDE.pauseMs;", "Math.abs(wall - mono) < 0;"],
    ],
    also: {
      file: "services/connector/src/perform/work.ts",
      edits: [["row === null && !order.line.isCurrent();", 'row === null && order.commandId === "";']],
    },
  },
];
