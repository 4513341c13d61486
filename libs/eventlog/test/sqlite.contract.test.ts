import { join } from "node:path";
import { type LogHarness, logLaws, logModel } from "../src/contract/index.ts";
import { openSqliteLog } from "../src/index.ts";
import { temporaryFolder, testScale } from "./temporary.ts";

const inMemory = (): LogHarness => ({ open: openSqliteLog({ path: ":memory:" }), lasting: false });

function onDisk(): LogHarness {
  const path = join(temporaryFolder(), "log.db");
  return { open: openSqliteLog({ path }), lasting: true };
}

logLaws("SQLite in memory", inMemory);
logLaws("SQLite on disk", onDisk);
logModel("SQLite in memory", inMemory, 40 * testScale);
logModel("SQLite on disk", onDisk, 20 * testScale);
