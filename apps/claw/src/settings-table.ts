/** What every setting means, for `claw config` and for the reference page. The compiler sees to it that none is missing. */
import { safeEndpoint } from "@claw/redact";
import type { Variable } from "@claw/runtime";

export interface Meaning {
  readonly default: string | null;
  readonly meaning: string;
  readonly show?: (value: string) => string;
}

const hidden = (): string => "[hidden]";
/** `unix:` paths and command lines stay: this is the operator's own terminal. Only what stands before an @ goes. */
const withoutUser = (value: string): string => value.replace(/\/\/[^/@\s]*@/g, "//[hidden]@");

export const MEANINGS: Readonly<Record<Variable, Meaning>> = {
  CLAW_DATA_DIR: { default: "./.claw", meaning: "where the house keeps its files" },
  CLAW_LOG_URL: { default: "file:", meaning: "where the log is", show: withoutUser },
  CLAW_HTTP_HOST: { default: "127.0.0.1", meaning: "where the API listens" },
  CLAW_HTTP_PORT: { default: "7420", meaning: "its port" },
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
  CLAW_URL: {
    default: "http://127.0.0.1:7420",
    meaning: "the house to talk to; without it, the one that runs on CLAW_DATA_DIR",
    show: safeEndpoint,
  },
  CLAW_DIAGNOSTICS_LEVEL: { default: "info", meaning: "silent, error, warn, info or debug" },
  CLAW_TEST_SCALE: { default: "1", meaning: "how much the tests do" },
};
