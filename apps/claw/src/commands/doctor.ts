/** `claw doctor`: looks at the running house from end to end and says of each thing whether it is well, and if not, what to do. */
import { EXIT } from "@claw/runtime";
import { targetOf } from "../client/target.ts";
import { CommandFailed, type Io } from "../io.ts";
import type { Finding } from "../doctor/check.ts";
import {
  checkClock,
  checkFleet,
  checkLive,
  checkParts,
  checkReach,
  checkSettings,
  checkToken,
  found,
} from "../doctor/checks.ts";
import { type Colour, paint } from "../render/terminal.ts";
import type { Register, Setting } from "./shape.ts";

const COLOURS: Readonly<Record<Finding["verdict"], Colour>> = { ok: "green", warn: "yellow", fail: "red" };

export const registerDoctor: Register = (program, setting) => {
  program
    .command("doctor")
    .description("look at the running house from end to end; each line is ok, warn or fail with what to do")
    .action(() => examine(setting));
};

async function examine({ io }: Setting): Promise<void> {
  const house = targetOf(io.env);
  const failures = [0];
  const tell = (findings: readonly Finding[]): void => {
    for (const finding of findings) io.out(line(finding, io));
    failures.push(findings.filter(({ verdict }) => verdict === "fail").length);
  };
  tell([{ verdict: "ok", what: `this is Node ${process.versions.node} on ${process.platform}` }]);
  tell(checkSettings(io, house));
  tell(await checkReach(house));
  tell(await found(() => checkParts(house)));
  tell(await found(() => checkClock(io, house)));
  const token = await found(() => checkToken(house));
  tell(token);
  if (token.every(({ verdict }) => verdict === "ok")) {
    tell(await found(() => checkLive(io, house)));
    tell(await found(() => checkFleet(house)));
  }
  const count = failures.reduce((sum, some) => sum + some, 0);
  if (count > 0)
    throw new CommandFailed(EXIT.fault, `${count} ${count === 1 ? "thing is" : "things are"} not well.`);
}

function line({ verdict, what, fix }: Finding, { hasColour }: Io): string {
  const advice = fix === undefined ? "" : `\n      fix: ${fix}`;
  return `${paint(verdict.padEnd(4), COLOURS[verdict], hasColour)}  ${what}${advice}\n`;
}
