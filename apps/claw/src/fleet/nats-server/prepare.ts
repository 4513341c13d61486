/** What nats-server needs before it starts: its folder, held by this process alone, its port, and its configuration, for the owner only. */
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { holdDirectory, type LogUnavailable } from "@claw/eventlog";
import { EXIT, Stopped } from "@claw/runtime";
import { Effect, type Scope } from "effect";
import { keepSecret } from "../../house/secret-file.ts";
import { accountsConf } from "../accounts-conf.ts";
import { publicKeys } from "../keys/key-files.ts";
import { serverConf } from "../server-conf.ts";
import { isOld, type Version } from "./version.ts";

export interface Prepared {
  readonly configFile: string;
  readonly logFile: string;
  readonly port: number;
  /** What the services connect to. */
  readonly url: string;
}

export const natsDirOf = (dataDir: string): string => join(dataDir, "nats");

/** Holds the folder for the time of the scope. Refuses one that another process holds: two servers on one store lose entries without a word. */
export const prepareServer = Effect.fnUntraced(function* (options: {
  readonly dataDir: string;
  readonly keysDir: string;
  readonly version: Version;
}): Effect.fn.Return<Prepared, Stopped, Scope.Scope> {
  const folder = natsDirOf(options.dataDir);
  yield* Effect.mapError(holdDirectory(folder), (fault) => inUse(fault));
  const keys = yield* publicKeys(options.keysDir);
  const port = yield* Effect.promise(() => choosePort(folder));
  mkdirSync(join(folder, "store"), { recursive: true, mode: 0o700 });
  const [configFile, logFile] = [join(folder, "server.conf"), join(folder, "server.log")];
  keepSecret(join(folder, "accounts.conf"), accountsConf(keys));
  keepSecret(
    configFile,
    serverConf({
      name: "claw",
      listen: `127.0.0.1:${port}`,
      storeDir: join(folder, "store"),
      accountsFile: "./accounts.conf",
      syncsAlways: !isOld(options.version),
      logFile,
    }),
  );
  return { configFile, logFile, port, url: `nats://127.0.0.1:${port}` };
});

/** The port of last time where it is free, so that addresses that were written down stay right; else any free one. */
async function choosePort(folder: string): Promise<number> {
  const file = join(folder, "port");
  const last = readPort(file);
  const port = (last === null ? null : await tryPort(last)) ?? (await tryPort(0)) ?? 0;
  keepSecret(file, String(port));
  return port;
}

function readPort(file: string): number | null {
  try {
    const port = Number(readFileSync(file, "utf8").trim());
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
  } catch {
    return null;
  }
}

const tryPort = (port: number): Promise<number | null> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(null));
    probe.listen({ host: "127.0.0.1", port, exclusive: true }, () => {
      const address = probe.address();
      const bound = typeof address === "object" && address !== null ? address.port : port;
      probe.close(() => resolve(bound));
    });
  });

const inUse = ({ reason, detail }: LogUnavailable): Stopped =>
  reason === "locked"
    ? new Stopped({
        sentence: `${detail} Stop that fleet with \`claw down\`, or choose another folder with CLAW_DATA_DIR.`,
        exitCode: EXIT.conflict,
      })
    : new Stopped({ sentence: `${detail} Make it a folder that you may write.`, exitCode: EXIT.fault });
