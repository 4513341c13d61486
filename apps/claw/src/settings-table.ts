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
  CLAW_PRODUCT_URL: {
    default: null,
    meaning:
      "where the product is told of; by that name a page of the product answers here and nothing else; without it, the address of this server",
    show: safeEndpoint,
  },
  CLAW_VISIBILITY: {
    default: "fleet",
    meaning:
      "who sees what: fleet, everybody everything; private, people what is theirs or was shared with them",
  },
  CLAW_UPLINK_PORT: { default: "7421", meaning: "where connectors come in, when ingest runs by itself" },
  CLAW_HEALTH_PORT: {
    default: null,
    meaning: "where a service without HTTP tells how it is, on loopback; without it, nowhere",
  },
  CLAW_TLS_CERT: { default: null, meaning: "the certificate (PEM) of the API and of the uplink" },
  CLAW_TLS_KEY: { default: null, meaning: "its key" },
  CLAW_OIDC_ISSUER: {
    default: null,
    meaning: "the OpenID Connect provider by which people sign in; without it, by tokens and links alone",
    show: safeEndpoint,
  },
  CLAW_OIDC_CLIENT_ID: {
    default: null,
    meaning: "what the provider calls this house; the way back is <address>/auth/callback",
  },
  CLAW_OIDC_CLIENT_SECRET: {
    default: null,
    meaning: "what is shared with the provider; a file is safer",
    show: hidden,
  },
  CLAW_OIDC_CLIENT_SECRET_FILE: { default: null, meaning: "the file that holds it" },
  CLAW_OIDC_ROLES: {
    default: null,
    meaning: "who gets which role: claim=value:role, with ; between; the first that holds, nobody without",
  },
  CLAW_OIDC_SCOPES: {
    default: "openid profile email",
    meaning: "what the provider is asked to tell of people, with spaces between; openid is always in it",
  },
  CLAW_LEDGER: {
    default: "record",
    meaning: "record or replica: whether this projector claims the ledger of record",
  },
  CLAW_NATS_SERVER: {
    default: null,
    meaning: "the nats-server program of `claw fleet`, when none on the PATH will do",
  },
  CLAW_LOG_ALLOW_OLD: {
    default: "0",
    meaning: "1 accepts a nats-server that cannot sync what it acknowledges",
  },
  CLAW_LOG_REPLICAS: {
    default: "1",
    meaning:
      "how many nats-servers of a cluster keep each stream: 1, 3 or 5; the projector of record sets it",
  },
  CLAW_LOG_MAX_BYTES: {
    default: "4294967296",
    meaning: "the most bytes of the log's stream; beyond it appends wait, and at 70 % health asks for a trim",
  },
  CLAW_HOST_ID: { default: null, meaning: "this machine's id; without it, from its name" },
  CLAW_ENDPOINTS: {
    default: null,
    meaning: "the app-servers to watch; without it, the usual one",
    show: withoutUser,
  },
  CLAW_WORKSPACE_ROOTS: {
    default: null,
    meaning:
      "folders of this machine, with : between, under which sessions may be spawned; without it, none may",
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
