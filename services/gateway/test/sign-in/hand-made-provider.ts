/** An OpenID Connect provider that says what a test tells it to: for answers that no honest one gives. Loopback only; its key is made for the test. */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Claims = Readonly<Record<string, unknown>>;

export interface HandMade {
  readonly issuer: URL;
  /** What the next ID tokens say; `header` stands beside `alg`. */
  say: { claims: Claims; header: Claims; signs: boolean };
  /** The forms that came to the token endpoint. */
  readonly asked: URLSearchParams[];
  readonly close: () => Promise<void>;
}

const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

export async function handMadeProvider(): Promise<HandMade> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "k1", use: "sig", alg: "RS256" };
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const made: HandMade = {
    issuer,
    say: { claims: {}, header: {}, signs: true },
    asked,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const json = (body: unknown): void => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    switch (request.url) {
      case "/.well-known/openid-configuration":
        return json(metadataOf(issuer));
      case "/jwks":
        return json({ keys: [jwk] });
      case "/token": {
        asked.push(new URLSearchParams(await textOf(request)));
        return json({ access_token: "at", token_type: "Bearer", id_token: idToken() });
      }
      default:
        response.writeHead(404).end();
    }
  }

  function idToken(): string {
    const said = `${b64({ alg: "RS256", kid: "k1", ...made.say.header })}.${b64(made.say.claims)}`;
    const proof = made.say.signs ? sign("sha256", Buffer.from(said), privateKey) : randomBytes(256);
    return `${said}.${proof.toString("base64url")}`;
  }

  return made;
}

const nameOf = (issuer: URL): string => issuer.origin;

const metadataOf = (issuer: URL) => ({
  issuer: nameOf(issuer),
  authorization_endpoint: `${issuer.origin}/authorize`,
  token_endpoint: `${issuer.origin}/token`,
  jwks_uri: `${issuer.origin}/jwks`,
  response_types_supported: ["code"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256"],
  authorization_response_iss_parameter_supported: true,
});

/** What an honest provider says of somebody for a flow with this nonce. */
export function honestClaims(issuer: URL, nonce: string, more: Claims = {}): Claims {
  const now = Math.floor(Date.now() / 1_000);
  return {
    iss: nameOf(issuer),
    aud: "claw",
    sub: "u1",
    iat: now,
    exp: now + 300,
    nonce,
    groups: ["devs"],
    email: "ann@example.org",
    email_verified: true,
    ...more,
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString("utf8");
}
