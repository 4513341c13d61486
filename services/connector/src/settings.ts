/** The connector's settings, for `readConfig`. */
import { parseTarget, type Target } from "@claw/codex-rpc";
import { failure, type Result, success } from "@claw/events";
import { optionalText, type Settings } from "@claw/runtime";
import { Result as Attempt } from "effect";
import { z } from "zod";
import { type Endpoint, parseEndpoints } from "./domain/endpoint.ts";

const endpoints = z
  .string()
  .max(8_192, "is too long")
  .optional()
  .transform((setting, context): readonly Endpoint[] | null => {
    if (setting === undefined) return null;
    const read = parseEndpoints(setting, readTarget);
    if (read.ok) return read.value;
    context.addIssue({ code: "custom", message: read.problem });
    return z.NEVER;
  });

/** More roots than the house takes in one description are a mistake. */
const MAX_ROOTS = 16;

const workspaceRoots = z
  .string()
  .max(8_192, "is too long")
  .optional()
  .transform((setting, context): readonly string[] => {
    const roots = (setting ?? "").split(":").filter((root) => root !== "");
    const isFine = roots.length <= MAX_ROOTS && roots.every((root) => root.startsWith("/"));
    if (isFine) return roots;
    context.addIssue({
      code: "custom",
      message: `takes absolute paths with : between, at most ${MAX_ROOTS}`,
    });
    return z.NEVER;
  });

export const connectorSettings = {
  /** `id=target;id=target`; null: the default socket of CODEX_HOME, with a server of our own where none answers. */
  endpoints: { variable: "CLAW_ENDPOINTS", schema: endpoints },
  /** The codex to start where none answers; without it, the one on PATH. */
  codex: { variable: "CLAW_CODEX", schema: optionalText },
  /** Folders under which sessions may be spawned; none by default, because a home directory holds more than work. */
  workspaceRoots: { variable: "CLAW_WORKSPACE_ROOTS", schema: workspaceRoots },
} as const satisfies Settings;

function readTarget(setting: string): Result<Target, string> {
  const read = parseTarget(setting);
  return Attempt.isSuccess(read) ? success(read.success) : failure(read.failure.message);
}
