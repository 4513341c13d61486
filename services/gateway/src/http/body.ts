/** Reading a request's body: JSON only, at most 1 MiB, and through the walker before any schema sees it (RELIABILITY S14, S19). */
import { parseJson, walk } from "@claw/events";
import { Refused } from "./problem.ts";

/** The largest body in bytes. */
export const MAX_BODY_BYTES = 1_048_576;

/** The parsed body. Refuses other media types, more than the limit (told or found), text that is not JSON, and monsters. */
export async function readJsonBody(request: Request): Promise<unknown> {
  const mediaType = (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") throw new Refused("media_type", { header: "content-type" });
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const parsed = parseJson(await readText(request));
  if (!parsed.ok) throw new Refused("bad_request", { where: "body", why: parsed.problem.code });
  const tooMuch = walk(parsed.value);
  if (tooMuch !== null)
    throw new Refused("bad_request", { where: "body", why: tooMuch.code, limit: tooMuch.limit });
  return parsed.value;
}

const tooLarge = (): Refused => new Refused("too_large", { limit: MAX_BODY_BYTES });

async function readText(request: Request): Promise<string> {
  if (request.body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
