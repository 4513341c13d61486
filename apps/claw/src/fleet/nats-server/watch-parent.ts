/** Runs a program and ends it when the process that started this one is gone, as its IPC channel tells. */
import { spawn } from "node:child_process";

const [program = "", ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: "inherit" });

process.once("disconnect", () => child.kill("SIGKILL"));
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
child.once("error", () => process.exit(1));
child.once("exit", (code) => process.exit(code ?? 1));
