/**
 * The dashboard as static files, read once at the start: what is served is what was there then, and a path is only ever looked up in a table, so no path leads out of
 * the folder (RELIABILITY S17).
 */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { isInterface } from "../http/door.ts";

export interface SiteFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** Its name is of its content: a browser may keep it for ever. */
  readonly isImmutable: boolean;
}

export interface Site {
  /** The file of this path. For the path of a page, which is no file, the page that draws them all; null for what is neither. */
  readonly find: (path: string) => SiteFile | null;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
};

const INDEX = "/index.html";
/** Where the build puts what it names by its content. */
const ASSETS = "/assets/";

/** Null for a folder that is not there or has no page: the house then shows a plain one. Files of other kinds, and links, are left out. */
export function readSite(folder: string): Site | null {
  const files = new Map<string, SiteFile>(filesIn(folder).map((path) => [`/${path}`, fileOf(folder, path)]));
  const index = files.get(INDEX);
  if (index === undefined) return null;
  return { find: (path) => files.get(path) ?? (isPage(path) ? index : null) };
}

/** A name with an ending is a file's, and a file that is not there is not there. */
const isPage = (path: string): boolean => extname(path) === "" && !isInterface(path);

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && Object.hasOwn(TYPES, extname(entry.name)))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
  } catch {
    return [];
  }
}

const fileOf = (folder: string, path: string): SiteFile => ({
  bytes: new Uint8Array(readFileSync(join(folder, path))),
  contentType: TYPES[extname(path)] ?? "application/octet-stream",
  isImmutable: `/${path}`.startsWith(ASSETS),
});
