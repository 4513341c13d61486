/** An opaque name for a Codex home: two endpoints on one home have the same one, and nobody can tell the path from it (W-06, X1-024). */
import { realpathSync } from "node:fs";
import { sha256 } from "@claw/events";

export function storeIdOf(codexHome: string, machineId: string): string {
  return `store-${sha256(`${machineId}/${realPath(codexHome)}`).slice(0, 24)}`;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
