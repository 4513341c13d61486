export { type DirectoryLock, lockDirectory } from "./lock.ts";
export { type Database, type Durability, openDatabase, type OpenOptions, OpenRefused } from "./open.ts";
