export { type Lock, lockDirectory, lockFile } from "./lock.ts";
export {
  type Database,
  type Durability,
  IN_MEMORY,
  openDatabase,
  type OpenOptions,
  type Pragmas,
  readPragma,
  readPragmas,
  sizeBytes,
} from "./open.ts";
export { type OpenRefusal, OpenRefused } from "./refused.ts";
