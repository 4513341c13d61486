/**
 * The views as another process reads them: a gateway beside the projector that makes them (ADR 0009). The pointer says which build serves; when it
 * moves, the next question goes to the new one, and the old one answers until then, also after its file was deleted.
 */
import { performance } from "node:perf_hooks";
import type { AnyProjection } from "../domain/projection.ts";
import { versionsDigest, viewProjections } from "../domain/projections.ts";
import type { ViewReader } from "../reader.ts";
import { servedNumber, viewsPath } from "./pointer.ts";
import { type OpenReader, openViewReader } from "./reader.ts";
import { readerOf } from "./reader-of.ts";

/**
 * There is nothing to read, and there will be: no build was finished yet, or nothing was committed to it (`none`), or the one that serves was made by projections of other
 * versions than this reader knows, and the projector of this version is not done yet (`other_code`).
 */
export class ViewsNotBuilt extends Error {
  override readonly name = "ViewsNotBuilt";
  readonly reason: "none" | "other_code";

  constructor(reason: ViewsNotBuilt["reason"], directory: string) {
    super(`${directory} holds no views of this version that were built to their end.`);
    this.reason = reason;
  }
}

export interface ServedViews {
  readonly reader: ViewReader;
  /** Looks at once whether another build serves: for who was told that something moved. */
  readonly refresh: () => void;
  /** True when what is answered is old for good: another build serves, and this reader cannot read it. */
  readonly isLeftBehind: () => boolean;
  readonly close: () => void;
}

export interface ServedViewsOptions {
  /** Milliseconds that only grow. */
  readonly monoMs?: () => number;
  /** Other projections than the house's: for tests. */
  readonly projections?: readonly AnyProjection[];
}

/** How long an answer may still come from a build that does not serve any more. */
export const LOOK_EVERY_MS = 250;
/** A build may be swept away between reading the pointer and opening the file; then the pointer names another one already. */
const TRIES = 3;

interface Serving {
  readonly number: number;
  readonly reader: OpenReader;
}

/**
 * Opens what serves in a folder of views, read-only; takes no lock and makes no file of its own. Throws `ViewsNotBuilt` where nothing serves
 * yet, and `ViewsRefused` for a build that cannot be opened. Once open it goes on with what it has when the next one cannot be opened.
 */
export function openServedViews(directory: string, options: ServedViewsOptions = {}): ServedViews {
  const { monoMs = () => performance.now(), projections = viewProjections } = options;
  const versions = versionsDigest(projections);
  let serving = openServing(directory, versions);
  let lookedAtMs = monoMs();
  const look = (): void => {
    lookedAtMs = monoMs();
    serving = moveOn(directory, versions, serving);
  };
  const now = (): ViewReader => {
    if (monoMs() - lookedAtMs >= LOOK_EVERY_MS) look();
    return serving.reader;
  };
  return {
    reader: readerOf(now),
    refresh: look,
    isLeftBehind: () => {
      const number = servedNumber(directory);
      return number !== null && number !== serving.number;
    },
    close: () => serving.reader.close(),
  };
}

/** The build that the pointer names, if it is another one and can be opened; else the one there is. */
function moveOn(directory: string, versions: string, serving: Serving): Serving {
  const number = servedNumber(directory);
  if (number === null || number === serving.number) return serving;
  try {
    const next = openServing(directory, versions);
    serving.reader.close();
    return next;
  } catch {
    return serving;
  }
}

function openServing(directory: string, versions: string): Serving {
  for (let tries = 1; ; tries += 1) {
    const number = servedNumber(directory);
    if (number === null) throw new ViewsNotBuilt("none", directory);
    try {
      return { number, reader: openOfThisCode(directory, number, versions) };
    } catch (error) {
      if (tries >= TRIES || servedNumber(directory) === number) throw error;
    }
  }
}

function openOfThisCode(directory: string, number: number, versions: string): OpenReader {
  const reader = openViewReader(viewsPath(directory, number));
  const found = reader.versions();
  if (found === versions) return reader;
  reader.close();
  throw new ViewsNotBuilt(found === null ? "none" : "other_code", directory);
}
