/**
 * A process that commits entries one by one until the disk is gone. Run as `node child-commit.ts <path> <full|normal>`.
 * Says the number of each entry once its commit has returned. Ends by SIGKILL: closing a database on a dead disk is no use.
 */
import { writeSync } from "node:fs";
import { Effect } from "effect";
import { givenEntry } from "../src/contract/given.ts";
import { makeCommit } from "../src/sqlite/commit.ts";
import { openDatabase } from "../src/sqlite/database.ts";
import { prepare } from "../src/sqlite/rows.ts";
import { logSchema } from "../src/sqlite/schema.ts";

const [, , path = "", mode] = process.argv;

const program = Effect.gen(function* () {
  const synchronous = mode === "normal" ? "normal" : "full";
  const db = yield* openDatabase({ path, synchronous, schema: logSchema });
  db.pragma("wal_autocheckpoint = 0"); // a checkpoint syncs too, and would hide that a commit does not
  const commit = makeCommit(db);
  try {
    for (let n = 1; ; n += 1) {
      commit([[prepare({ entry: givenEntry({ id: `test/${n}` }) })]]);
      writeSync(1, `${n}\n`);
    }
  } catch {
    process.kill(process.pid, "SIGKILL");
  }
});

await Effect.runPromise(Effect.scoped(program));
