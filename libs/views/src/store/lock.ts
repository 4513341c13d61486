/** Who may write a folder of views: one process at a time. */
import { type Lock, lockDirectory } from "@claw/sqlite";

/** A views file or folder that cannot be used, and why: what opening and locking throw. */
export { OpenRefused as ViewsRefused } from "@claw/sqlite";

/** Takes the lock of a folder of views, made if missing. Throws `ViewsRefused`. */
export const lockViews = (directory: string): Lock => lockDirectory(directory);
