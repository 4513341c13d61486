/** `claw connect`: this machine's connector alone, reporting to a house elsewhere over the uplink (DESIGN 14.27). */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { connectorSettings, startConnector } from "@claw/connector";
import { HostId } from "@claw/events";
import {
  EXIT,
  makeDiagnostics,
  makeHealth,
  makeMetrics,
  optionalText,
  readBearer,
  Stopped,
  systemClocks,
  text,
} from "@claw/runtime";
import { Effect } from "effect";
import { isLoopback } from "../client/target.ts";
import { hostTokenFile } from "./credentials.ts";
import { runningHouse } from "./pid-file.ts";
import { keepSecret } from "./secret-file.ts";
import { fromEnvironment, placeSettings } from "./settings.ts";
import { thisHostId } from "./this-host.ts";

const settings = {
  ...placeSettings,
  url: { variable: "CLAW_URL", schema: text("http://127.0.0.1:7420") },
  tokenFile: { variable: "CLAW_TOKEN_FILE", schema: optionalText },
  tlsCert: { variable: "CLAW_TLS_CERT", schema: optionalText },
} as const;

export interface ConnectFlags {
  readonly url?: string;
  readonly host?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
}

/** Runs until interrupted. `--token-file -` reads the token from standard input once and keeps it in the data directory. */
export const connect = (flags: ConnectFlags): Effect.Effect<never, Stopped> =>
  watchFor(flags, { isOwn: false });

/** `isOwn`: the house or fleet that runs on this data directory asked for it; nobody else may. */
export const watchFor = (
  flags: ConnectFlags,
  { isOwn }: { readonly isOwn: boolean },
): Effect.Effect<never, Stopped> =>
  Effect.scoped(
    Effect.gen(function* () {
      const config = yield* fromEnvironment(settings);
      const dataDir = resolve(config.dataDir);
      if (!isOwn) yield* refuseHouse(dataDir);
      const url = flags.url ?? config.url;
      yield* Effect.forEach(url.split(","), (address) => checkAddress(address.trim()), { discard: true });
      const hostId = yield* hostIdFrom(flags.host, config.hostId);
      const tokenFile = yield* takeToken(dataDir, flags.tokenFile ?? config.tokenFile);
      yield* startConnector({
        hostId,
        dataDir: join(dataDir, "connector"),
        settings: yield* fromEnvironment(connectorSettings),
        url,
        tokenFile,
        ...trusting(flags.caFile ?? (isOwn ? config.tlsCert : undefined)),
        clocks: systemClocks,
        health: makeHealth(),
        metrics: makeMetrics(),
        diagnostics: makeDiagnostics("connector", config.level),
      });
      process.stderr.write(
        `Watching this machine's Codex as ${hostId} for ${url}. Stop with Ctrl-C; nobody at a TUI will notice.\n`,
      );
      return yield* Effect.never;
    }),
  );

const trusting = (caFile: string | undefined): { readonly caFile?: string } =>
  caFile === undefined ? {} : { caFile: resolve(caFile) };

/** Refuses what is no http or https address, and says when the token would go over a network in clear text. */
const checkAddress = (url: string): Effect.Effect<void, Stopped> =>
  Effect.suspend(() => {
    const address = URL.canParse(url) ? new URL(url) : null;
    if (address === null || !/^https?:$/.test(address.protocol)) {
      const sentence = `${url} is no address of a house: it takes http://… or https://….`;
      return Effect.fail(new Stopped({ sentence, exitCode: EXIT.usage }));
    }
    if (address.protocol === "http:" && !isLoopback(address))
      process.stderr.write(
        `Warning: ${address.origin} is plain http, so this host's token travels in clear text.\n`,
      );
    return Effect.void;
  });

/** A house has a connector of its own in its data, and the token of another host would take the place of that one's. */
const refuseHouse = (dataDir: string): Effect.Effect<void, Stopped> =>
  Effect.suspend(() => {
    if (runningHouse(dataDir) === null) return Effect.void;
    const sentence = `A house runs on ${dataDir} and watches this machine itself: choose another folder with CLAW_DATA_DIR.`;
    return Effect.fail(new Stopped({ sentence, exitCode: EXIT.conflict }));
  });

const hostIdFrom = (
  flag: string | undefined,
  setting: HostId | undefined,
): Effect.Effect<HostId, Stopped> => {
  const read =
    flag === undefined ? { success: true as const, data: setting ?? thisHostId() } : HostId.safeParse(flag);
  if (read.success) return Effect.succeed(read.data);
  const sentence = `--host ${flag} is no host id: it takes lower-case letters, digits, _ and -.`;
  return Effect.fail(new Stopped({ sentence, exitCode: EXIT.usage }));
};

/** The file that holds the host's token. Refuses a missing one, and one that holds something else. */
const takeToken = (dataDir: string, given: string | undefined): Effect.Effect<string, Stopped> =>
  Effect.gen(function* () {
    const file = given === undefined || given === "-" ? hostTokenFile(dataDir) : resolve(given);
    if (given === "-") yield* Effect.promise(() => keepFromStdin(file));
    if (existsSync(file)) return file;
    const sentence = `There is no host token at ${file}. On the house, \`claw host add <id>\` prints the command that brings one here.`;
    return yield* Effect.fail(new Stopped({ sentence, exitCode: EXIT.usage }));
  });

async function keepFromStdin(file: string): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const token = Buffer.concat(chunks).toString("utf8").trim();
  if (readBearer(token)?.kind !== "host") return;
  keepSecret(file, token);
}
