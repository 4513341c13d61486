/** What `claw fleet` says to people when it is up. */
import type { HostId } from "@claw/events";
import { adminTokenFile } from "../house/credentials.ts";
import { shown, signInLine } from "../house/up.ts";

/** A line for whoever sits there, on stderr. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

export interface Greeted {
  readonly url: string;
  readonly uplinkUrl: string;
  readonly what: string;
  readonly dataDir: string;
  readonly hostId: HostId;
  readonly gateway: { readonly madeToken: boolean };
  /** At the first start; null afterwards. */
  readonly loginLink: string | null;
  readonly flags: { readonly connector: boolean };
}

export function greeting(greeted: Greeted): string {
  const { url, uplinkUrl, what, dataDir, hostId, gateway, loginLink, flags } = greeted;
  const watching = flags.connector ? `host ${hostId}` : "no host yet: `claw host add` lets one join";
  return [
    "",
    `The fleet is up at ${url}`,
    `  log       ${what}`,
    `  uplink    ${uplinkUrl}  (for connectors: claw host add <id> --url ${uplinkUrl})`,
    `  watching  ${watching}`,
    `  data      ${shown(dataDir)}`,
    `  token     ${shown(adminTokenFile(dataDir))}${gateway.madeToken ? " (made now)" : ""}`,
    ...signInLine(loginLink),
    "",
    "In another terminal:  npx claw get sessions   ·   npx claw watch",
    "Stop with Ctrl-C, or from elsewhere with `npx claw down`.",
    "",
  ].join("\n");
}
