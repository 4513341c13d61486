/** `fetch` for a provider's answers: each is read whole and is small, and no redirect is followed (X1-058). */

/** The largest answer of a provider in bytes. */
export const MAX_PROVIDER_BYTES = 65_536;

/** Fails on more than the limit, told or found. Redirects come back as they are, and whoever asked finds that they are no answer. */
export async function boundedFetch(url: string, options: RequestInit): Promise<Response> {
  const { status, statusText, headers, body } = await fetch(url, { ...options, redirect: "manual" });
  const bytes = body === null ? null : await readAll(body);
  const isEmpty = bytes === null || bytes.length === 0;
  return new Response(isEmpty ? null : bytes, { status, statusText, headers });
}

async function readAll(body: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MAX_PROVIDER_BYTES) throw new Error("the provider's answer is too large");
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
