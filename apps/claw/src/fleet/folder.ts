/** Whose a data directory is. A log on one machine and a fleet's ledger are two truths; in one folder, one of them would be forgotten. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { EXIT, Stopped } from "@claw/runtime";
import { Effect } from "effect";

/** What only a fleet's services make in their data directory. */
const FLEET_MARKS = ["ledger.db", "nats", "keys"] as const;

/** Refuses a folder in which `claw up` keeps its log. */
export const refuseHouseFolder = (dataDir: string): Effect.Effect<void, Stopped> =>
  existsSync(join(dataDir, "log.db"))
    ? refuse(
        `${dataDir} holds the log of a house on one machine (\`claw up\`), and a fleet would not know of it.`,
      )
    : Effect.void;

/** Refuses a folder in which a service of a fleet keeps its files. */
export const refuseFleetFolder = (dataDir: string): Effect.Effect<void, Stopped> =>
  FLEET_MARKS.some((name) => existsSync(join(dataDir, name)))
    ? refuse(
        `${dataDir} holds the files of a fleet (\`claw fleet\`), and a house on one machine would not know of them.`,
      )
    : Effect.void;

const refuse = (sentence: string): Effect.Effect<never, Stopped> =>
  Effect.fail(
    new Stopped({
      sentence: `${sentence} Choose another folder with CLAW_DATA_DIR.`,
      exitCode: EXIT.conflict,
    }),
  );
