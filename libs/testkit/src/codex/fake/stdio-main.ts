import { createInterface } from "node:readline";
import { z } from "zod";
import { makeMischiefPlan } from "./mischief.ts";
import { makePeer } from "./peer.ts";
import { type Desk, serve } from "./serve.ts";
import { makeWorld } from "./state.ts";

const Options = z.object({
  version: z.string().default("0.169.0"),
  mischief: z
    .array(
      z.object({
        method: z.string(),
        act: z.enum(["ignore", "twice", "garble", "no_code", "neither", "overload", "drain", "cut", "loop"]),
        times: z.number().default(Number.POSITIVE_INFINITY),
      }),
    )
    .default([]),
});

/** The fake app-server on stdin and stdout; its options are the first argument, as JSON. Ends with its stdin. */
function main(): void {
  const options = Options.parse(JSON.parse(process.argv[2] ?? "{}"));
  const world = makeWorld(options.version);
  const desk: Desk = {
    world,
    plan: makeMischiefPlan(options.mischief),
    unsupported: new Set(),
    heard: () => {},
    overheard: () => {},
    held: [],
  };
  const peer = makePeer({
    write: (bytes) => void process.stdout.write(Buffer.concat([Buffer.from(bytes), Buffer.from("\n")])),
    cut: () => process.exit(1),
    freeze: () => void process.stdin.pause(),
  });
  world.peers.add(peer);
  process.stdout.on("error", () => process.exit(0));
  createInterface({ input: process.stdin })
    .on("line", (line) => serve(desk, peer, line))
    .on("close", () => process.exit(0));
}

main();
