/** Whose socket it is: the sessions behind it are that unix user's (DESIGN 14.20, ADR 0014). Read off the file, never from what the app-server says. */
import { stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { readSmallFile } from "./small-file.ts";

/** Where the names of this machine's users are. One that comes from a directory service stands nowhere there, and is called by its number. */
const PASSWD = "/etc/passwd";
/** As long as a name in an event may be. */
const MAX_NAME = 128;

/** The owner of the socket at a path, links followed; null where there is no socket. A user without a name is `uid-<number>`. */
export async function socketOwner(path: string, passwd = PASSWD): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (found?.isSocket() !== true) return null;
  const name = ownName(found.uid) ?? nameIn((await readSmallFile(passwd)) ?? "", found.uid);
  return (name ?? `uid-${found.uid}`).slice(0, MAX_NAME);
}

/** Of the user who runs this process, wherever the name comes from. */
function ownName(uid: number): string | null {
  try {
    const own = userInfo();
    return own.uid === uid && own.username !== "" ? own.username : null;
  } catch {
    return null;
  }
}

/** `name:password:uid:…`, a line for each. */
export function nameIn(passwd: string, uid: number): string | null {
  for (const line of passwd.split("\n")) {
    const [name = "", , number] = line.split(":");
    if (name !== "" && number === String(uid)) return name;
  }
  return null;
}
