/** What goes into the configuration of a thread of ours, so that it can call the supervisor (S1-108, S1-147). Never into a person's (law 7). */
import { markedCommand } from "@claw/events";

/** The name under which Codex knows the server; its tools appear as `mcp__openclaw-codex-supervisor`. */
const MCP_SERVER = "openclaw-codex-supervisor";
/** Codex waits so long for the server before it says that a thread cannot begin; in seconds, as Codex counts. */
export const MCP_STARTUP_S = 10;

export interface McpAccess {
  readonly url: string;
  /** The thread's own key. */
  readonly bearer: string;
}

/** `required`, so that the tools are there in the first turn (PROTOCOL trap 15); `approve`, because the house itself decides on each call. */
export const mcpConfig = ({ url, bearer }: McpAccess): Readonly<Record<string, unknown>> => ({
  mcp_servers: {
    [MCP_SERVER]: {
      url,
      http_headers: { Authorization: `Bearer ${bearer}` },
      required: true,
      startup_timeout_sec: MCP_STARTUP_S,
      default_tools_approval_mode: "approve",
    },
  },
});

/**
 * The address that the house told, unless it names whatever listens on this machine while the house is elsewhere: a key would go to anybody who listens there.
 * `houses` are the addresses by which this host reaches the house, with commas between.
 */
export function addressFromHere(mcpUrl: string | null, houses: string): string | null {
  if (mcpUrl === null || !isThisMachine(mcpUrl)) return mcpUrl;
  return houses.split(",").every((house) => isThisMachine(house.trim())) ? mcpUrl : null;
}

const isThisMachine = (url: string): boolean => THIS_MACHINE.test(URL.parse(url)?.hostname ?? "");
const THIS_MACHINE = /^(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\])$/;

/** Whether a thread is one that the supervisor made; a person's fork of one is the person's. */
export const isMadeByUs = ({
  threadSource,
}: {
  readonly threadSource?: string | null | undefined;
}): boolean => markedCommand(threadSource ?? null) !== null;

/** Codex's code for a thread that could not begin because a server that it requires is not there. */
const INTERNAL_ERROR = -32_603;
export const isMcpFailure = (fault: {
  readonly code: string;
  readonly rpcCode?: number | null;
  readonly message: string;
}): boolean =>
  fault.code === "rejected" && fault.rpcCode === INTERNAL_ERROR && /\bMCP\b/i.test(fault.message);
