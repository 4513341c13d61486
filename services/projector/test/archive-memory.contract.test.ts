/** A long session is archived piece by piece: what that takes does not grow with it. */
import { execFile } from "node:child_process";
import { statfsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { temporaryFolder, testScale } from "./given.ts";

/** By hand a small part of what is promised; where everything is run, the whole GiB. */
const MIB = testScale > 1 ? 1_024 : 96;
/** Node and this code alone take about 170 MiB; garbage of a busy machine doubles that. A transcript that was whole in memory anywhere would take 600 at 64 MiB. */
const MOST_MIB = 480;

const archive = async (mib: number): Promise<{ readonly status: string; readonly maxRssMib: number }> => {
  const script = fileURLToPath(new URL("child-archive-long.ts", import.meta.url));
  const folder = join(temporaryFolder(), "archives");
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder, String(mib)]);
  return JSON.parse(stdout) as Awaited<ReturnType<typeof archive>>;
};

const { bavail, bsize } = statfsSync("/tmp");
const isRoomy = bavail * bsize > 3 * MIB * 1_048_576;

it.skipIf(!isRoomy)(
  `X1-035: a transcript of ${MIB} MiB is archived in less than ${MOST_MIB} MiB of memory`,
  { timeout: 600_000 },
  async () => {
    const { status, maxRssMib } = await archive(MIB);
    expect(status).toBe("written");
    expect(maxRssMib).toBeLessThan(MOST_MIB);
  },
);
