/** Every place where text may come to rest or come out, searched for pieces of secrets. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { WebSocket } from "ws";
import type { TestHouse } from "./house.ts";

/** What was found where; `text` is one character a byte. */
export interface Sink {
  readonly name: string;
  readonly text: string;
}

/** All files of a folder as they are on disk, side files of databases included. */
export const filesIn = (folder: string): readonly Sink[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((name) => ({ name, text: readFileSync(name, "latin1") }));

/** Letters in a row that count as a leak (S10). */
const PIECE = 12;

const piecesOf = (secret: string): readonly string[] =>
  secret.length <= PIECE
    ? [secret]
    : Array.from({ length: secret.length - PIECE + 1 }, (_, at) => secret.slice(at, at + PIECE));

/** The names of the sinks that hold a piece of a secret, with the name of the secret and never the piece. */
export function leaksIn(
  sinks: readonly Sink[],
  secrets: readonly { readonly name: string; readonly secret: string }[],
): readonly string[] {
  const owners = new Map(
    secrets.flatMap(({ name, secret }) => piecesOf(secret).map((piece) => [piece, name] as const)),
  );
  const leaks = new Set<string>();
  for (const { name, text } of sinks)
    for (let at = 0; at + PIECE <= text.length; at += 1) {
      const owner = owners.get(text.slice(at, at + PIECE));
      if (owner !== undefined) leaks.add(`${owner} in ${name}`);
    }
  return [...leaks];
}

/** Answers of the API, as text. */
export async function answersOf(house: TestHouse, paths: readonly string[]): Promise<readonly Sink[]> {
  return Promise.all(
    paths.map(async (path) => {
      const authorization = `Bearer ${house.token()}`;
      const response = await fetch(house.url + path, { headers: { authorization } });
      if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
      return { name: path, text: await response.text() };
    }),
  );
}

/** The frames of a live stream up to where it has caught up. */
export function liveFrames(house: TestHouse, query: string): Promise<Sink> {
  const url = `${house.url.replace("http", "ws")}/api/live?${query}`;
  const socket = new WebSocket(url, ["claw.v1"], { headers: { authorization: `Bearer ${house.token()}` } });
  return new Promise((resolve, reject) => {
    const frames: string[] = [];
    socket.on("error", reject);
    socket.on("message", (data) => {
      frames.push(String(data));
      if (!String(data).includes('"caughtUp"')) return;
      socket.close();
      resolve({ name: `live ${query}`, text: frames.join("\n") });
    });
  });
}
