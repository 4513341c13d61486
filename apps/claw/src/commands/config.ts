/** `claw config`: every setting there is, what it is now, and where that comes from. What nobody reads is flagged. */
import { EXIT, type Environment, KNOWN_VARIABLES, unknownVariables, type Variable } from "@claw/runtime";
import { safeEndpoint } from "@claw/redact";
import type { Thing } from "../client/pages.ts";
import { CommandFailed } from "../io.ts";
import { at } from "../render/looks.ts";
import { type Format, type Look, writeList } from "../render/output.ts";
import { outputOption, type Register } from "./shape.ts";

interface Meaning {
  readonly default: string | null;
  readonly meaning: string;
  readonly show?: (value: string) => string;
}

const hidden = (): string => "[hidden]";
/** `unix:` paths and command lines stay: this is the operator's own terminal. Only what stands before an @ goes. */
const withoutUser = (value: string): string => value.replace(/\/\/[^/@\s]*@/g, "//[hidden]@");

const MEANINGS: Readonly<Record<Variable, Meaning>> = {
  CLAW_DATA_DIR: { default: "./.claw", meaning: "where the house keeps its files" },
  CLAW_LOG_URL: { default: "file:", meaning: "where the log is", show: withoutUser },
  CLAW_HTTP_HOST: { default: "127.0.0.1", meaning: "where the API listens" },
  CLAW_HTTP_PORT: { default: "7420", meaning: "its port" },
  CLAW_UPLINK_PORT: { default: "7421", meaning: "the port of ingest, when it runs alone" },
  CLAW_HEALTH_PORT: { default: null, meaning: "health of services without an API" },
  CLAW_PUBLIC_URL: { default: null, meaning: "how people call this server", show: safeEndpoint },
  CLAW_HOST_ID: { default: null, meaning: "this machine's id; without it, from its name" },
  CLAW_ENDPOINTS: {
    default: null,
    meaning: "the app-servers to watch; without it, the usual one",
    show: withoutUser,
  },
  CLAW_CODEX: { default: null, meaning: "the codex program, when it is not on the PATH" },
  CLAW_HEARTBEAT_MS: { default: "5000", meaning: "how often a host says that it lives" },
  CLAW_SILENT_AFTER_MS: { default: "30000", meaning: "after how long without a word a host is silent" },
  CLAW_TOKEN: { default: null, meaning: "the token of this command line; a file is safer", show: hidden },
  CLAW_TOKEN_FILE: { default: null, meaning: "the file that holds it" },
  CLAW_URL: { default: "http://127.0.0.1:7420", meaning: "the house to talk to", show: safeEndpoint },
  CLAW_DIAGNOSTICS_LEVEL: { default: "warn", meaning: "silent, error, warn, info or debug" },
  CLAW_TEST_SCALE: { default: "1", meaning: "how much the tests do" },
};

const look: Look = {
  key: "settings",
  name: (thing) => String(at(thing, "setting")),
  columns: ["setting", "value", "from", "default", "meaning"].map((name) => ({
    title: name.toUpperCase(),
    value: (thing) => String(at(thing, name) ?? "-"),
    isWide: name === "meaning",
  })),
};

export const registerConfig: Register = (program, { io }) => {
  program
    .command("config")
    .description("every setting, its value, and where that comes from (-o wide says what it means)")
    .addOption(outputOption())
    .action(async ({ output }: { readonly output: Format }) => {
      await writeList(io, look, rows(io.env), output);
      const problems = unknownVariables(io.env);
      if (problems.length > 0)
        throw new CommandFailed(EXIT.usage, problems.map(({ sentence }) => sentence).join("\n"));
    });
};

async function* rows(env: Environment): AsyncGenerator<Thing> {
  for (const setting of KNOWN_VARIABLES) {
    const { default: fallback, meaning, show } = MEANINGS[setting];
    const given = env[setting] || undefined;
    const value = given === undefined ? fallback : (show?.(given) ?? given);
    yield {
      setting,
      value,
      from: given === undefined ? "default" : "environment",
      default: fallback,
      meaning,
    };
  }
}
