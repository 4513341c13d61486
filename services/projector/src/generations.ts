/**
 * Generations: each build of the views is a file of its own, and a pointer file names the one that is served.
 *
 * A new build grows beside the old one; swapping is one rename of the pointer. Whatever a crash leaves behind is either the one that is pointed
 * at, or a build that can go on, or rubbish.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import {
  type AnyProjection,
  openViewReader,
  type OpenReader,
  openViewStore,
  serve,
  servedNumber,
  viewsPath,
  ViewsRefused,
  type ViewStore,
} from "@claw/views";

export interface Generation {
  readonly number: number;
  readonly store: ViewStore;
  readonly reader: OpenReader;
}

const FILE = /^views-(\d{1,9})\.db$/;

/**
 * The generation to go on with: the one that is pointed at if this code made it, else a build of this code that was cut short, else a new one.
 * Throws `ViewsRefused` only when the directory cannot be written: damaged and foreign files are built again.
 */
export function chooseGeneration(
  directory: string,
  projections: readonly AnyProjection[],
): { readonly chosen: Generation; readonly isPointedAt: boolean } {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const pointed = servedNumber(directory);
  const numbers = numbersIn(directory);
  const candidates = numbers.filter((number) => number !== pointed).sort((a, b) => b - a);
  if (pointed !== null && numbers.includes(pointed)) candidates.unshift(pointed);
  for (const number of candidates) {
    const found = openIfOurs(directory, number, projections);
    if (found !== null) return { chosen: found, isPointedAt: number === pointed };
  }
  return { chosen: newGeneration(directory, projections), isPointedAt: false };
}

/** Makes an empty generation with the next number. */
export const newGeneration = (directory: string, projections: readonly AnyProjection[]): Generation =>
  open(directory, Math.max(0, servedNumber(directory) ?? 0, ...numbersIn(directory)) + 1, projections);

/** Makes this generation the one that is served. */
export const pointAt = (directory: string, { number }: Generation): void => serve(directory, number);

/** Deletes every generation but one, and the one that is pointed at. */
export function sweep(directory: string, { number: kept }: Generation): void {
  const pointed = servedNumber(directory);
  for (const number of numbersIn(directory))
    if (number !== kept && number !== pointed) remove(directory, number);
}

export function closeGeneration({ reader, store }: Generation): void {
  reader.close();
  store.close();
}

function open(directory: string, number: number, projections: readonly AnyProjection[]): Generation {
  const path = viewsPath(directory, number);
  const store = openViewStore({ path, projections });
  try {
    return { number, store, reader: openViewReader(path) };
  } catch (error) {
    store.close();
    throw error;
  }
}

function openIfOurs(
  directory: string,
  number: number,
  projections: readonly AnyProjection[],
): Generation | null {
  try {
    const found = open(directory, number, projections);
    if (found.store.isOfThisCode()) return found;
    closeGeneration(found);
    return null;
  } catch (error) {
    const isRebuilt =
      error instanceof ViewsRefused && (error.reason === "newer" || error.reason === "corrupt");
    if (isRebuilt) return null;
    throw error;
  }
}

const numbersIn = (directory: string): readonly number[] =>
  readdirSync(directory).flatMap((name) => {
    const number = FILE.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });

function remove(directory: string, number: number): void {
  for (const suffix of ["", "-wal", "-shm"])
    rmSync(`${viewsPath(directory, number)}${suffix}`, { force: true });
}
