/** `claw bench`: the measures of a checkout, run as `npm run bench` runs them. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { EXIT, Stopped } from "@claw/runtime";
import { Effect } from "effect";

const main = fileURLToPath(new URL("../../../../bench/main.ts", import.meta.url));

/** Passes its flags on (`--quick`, `--only <name>`) and ends as the measures end. */
export const bench = (flags: readonly string[]): Effect.Effect<number, Stopped> =>
  Effect.suspend(() => {
    if (!existsSync(main)) {
      const sentence = "The measures are part of a checkout: run `claw bench` from one.";
      return Effect.fail(new Stopped({ sentence, exitCode: EXIT.notFound }));
    }
    return Effect.callback<number>((resume) => {
      const child = spawn(process.execPath, [main, ...flags], { stdio: "inherit" });
      child.on("exit", (code) => resume(Effect.succeed(code ?? EXIT.fault)));
      return Effect.sync(() => void child.kill("SIGTERM"));
    });
  });
