/**
 * Which app-servers a host watches: `CLAW_ENDPOINTS` is `id=target;id=target` (S1-143). One host may have several Codex homes (N1-038);
 * the id is the operator's word and is never derived from an address (X1-024).
 */
import type { Target } from "@claw/codex-rpc/protocol";
import { EndpointId, failure, type Result, success } from "@claw/events";

export interface Endpoint {
  readonly endpointId: EndpointId;
  readonly target: Target;
}

/** How a target's text is read; the reason of a refusal is a sentence without the text. */
export type ReadTarget = (text: string) => Result<Target, string>;

/** More endpoints than this on one host is a mistake in the setting, not a fleet. */
const MAX_ENDPOINTS = 64;

/** Reads the setting. Refuses an empty list, a missing or bad id, an id that comes twice, and a target that `readTarget` refuses. */
export function parseEndpoints(setting: string, readTarget: ReadTarget): Result<readonly Endpoint[], string> {
  const parts = setting
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (parts.length === 0) return failure("it names no endpoint; write id=target, such as local=unix://");
  if (parts.length > MAX_ENDPOINTS) return failure(`it names more than ${MAX_ENDPOINTS} endpoints`);
  const endpoints = new Map<string, Endpoint>();
  for (const [index, part] of parts.entries()) {
    const read = parseEndpoint(part, index + 1, readTarget);
    if (!read.ok) return read;
    const { endpointId } = read.value;
    if (endpoints.has(endpointId))
      return failure(`the id ${endpointId} is there twice; each endpoint needs its own`);
    endpoints.set(endpointId, read.value);
  }
  return success([...endpoints.values()]);
}

/** Problems name an entry by its number until its id is known to be one: what stands there may be a secret. */
function parseEndpoint(part: string, number: number, readTarget: ReadTarget): Result<Endpoint, string> {
  const equals = part.indexOf("=");
  if (equals < 1) return failure(`entry ${number} has no id; write id=target, such as local=unix://`);
  const endpointId = EndpointId.safeParse(part.slice(0, equals).trim());
  if (!endpointId.success)
    return failure(`the id of entry ${number} is not one: lower-case letters, digits, _ and -, at most 63`);
  const target = readTarget(part.slice(equals + 1).trim());
  if (!target.ok) return failure(`the target of ${endpointId.data} is not understood: ${target.problem}`);
  return success({ endpointId: endpointId.data, target: target.value });
}
