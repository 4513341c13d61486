import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { seededRng } from "@claw/redact/formats";
import { describe, expect, it } from "vitest";
import { redactor } from "./support.ts";

const HEX = "0123456789abcdef";
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const rng = seededRng(17);
const draw = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[Math.floor(rng() * alphabet.length)]).join("");
const uuid = (): string => [8, 4, 4, 4, 12].map((length) => draw(HEX, length)).join("-");

/** Random things that are public, in the sentences in which they occur. */
const publicThings: Readonly<Record<string, () => string>> = {
  "commit hash": () => `commit ${draw(HEX, 40)}\nindex ${draw(HEX, 7)}..${draw(HEX, 7)} 100644\n`,
  "commit in a url": () => `https://example.com/a/b/commit/${draw(HEX, 40)}`,
  "sha-256 sum": () => `${draw(HEX, 64)}  dist/app.tgz\n`,
  "image digest": () => `image: registry.example/app@sha256:${draw(HEX, 64)}`,
  integrity: () => `"integrity": "sha512-${draw(BASE64, 86)}=="`,
  uuid: () => `{"threadId":"${uuid()}","id":"${uuid()}"}`,
  ulid: () => `id=01${draw(CROCKFORD, 24)} done`,
  "image header": () => `data:image/png;base64,iVBORw0KGgo${draw(BASE64, 400)}=`,
  "cache key": () => `cache_key: ${draw(HEX, 64)}\nkey=${draw(HEX, 40)}`,
  etag: () => `etag: W/"${draw(HEX, 32)}"`,
  certificate: () => `-----BEGIN CERTIFICATE-----\n${draw(BASE64, 64)}\n-----END CERTIFICATE-----\n`,
  "public ssh key": () => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${draw(BASE64, 43)} dev@host`,
  counters: () => `{"total_tokens":${draw("123456789", 6)},"max_tokens":4096,"token_count":12}`,
  "a reference": () => 'password: ${{ secrets.DB_PASSWORD }}\nTOKEN=$GITHUB_TOKEN\n--password "$PASS"',
};

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return entry.name === "node_modules" || entry.name.startsWith(".") ? [] : sources(path);
    return /\.(?:ts|md)$/.test(entry.name) ? [path] : [];
  });

const root = join(import.meta.dirname, "../../..");
/** The tests of this package are full of planted secrets; its own sources name every rule. */
const isOrdinary = (path: string): boolean => !path.includes(join("libs", "redact"));

describe("precision (N1-043)", () => {
  it.each(Object.entries(publicThings))("leaves alone: %s", (_, make) => {
    for (let round = 0; round < 200; round += 1) {
      const text = make();
      expect(redactor.text(text).text).toBe(text);
    }
  });

  it("strikes ordinary code and prose at most once in 10 KiB", () => {
    const files = [root, join(root, "node_modules/effect/src")].flatMap(sources).filter(isOrdinary);
    let bytes = 0;
    let struck = 0;
    for (const file of files.slice(0, 400)) {
      const text = readFileSync(file, "utf8");
      bytes += text.length;
      struck += redactor.text(text).count;
    }
    expect(bytes).toBeGreaterThan(500_000);
    expect((struck * 10_240) / bytes).toBeLessThanOrEqual(1);
  });

  it("keeps what stands around a secret", () => {
    const { text, kinds } = redactor.text(
      "curl -H 'Authorization: Bearer abcdefgh12345678' https://h/x # ok\n",
    );
    expect(text).toMatch(
      /^curl -H 'Authorization: Bearer ‹redacted:authorization:h=[0-9a-f]{4}›' https:\/\/h\/x # ok\n$/,
    );
    expect(kinds).toEqual({ authorization: 1 });
  });

  it("says where secrets stand and of what kind, never the value", () => {
    expect(redactor.find("set DB_PASSWORD=abc123xyz now")).toEqual([{ kind: "assigned-secret", offset: 16 }]);
    expect(redactor.find("nothing here")).toEqual([]);
  });

  it.each([
    [`"set-cookie":["sid=0123456789abcdef; Path=/"],"x":1`, `"x":1`],
    ["headers: map[Cookie:[sid=0123456789abcdef]]", "headers: map[Cookie:["],
    ["login with --token=abcd1234efgh5678ijkl --verbose", " --verbose"],
    [
      "postgres://app:$PASSWORD@db/x and https://u:0123456789@h/",
      "postgres://app:$PASSWORD@db/x and https://u:",
    ],
    ['config["password"] = "0123456789abcdef"; next()', "; next()"],
    ["DB_PASSWORD='0123456789 abcdef' make", "' make"],
  ])("takes the secret out of %j and keeps %j", (text, kept) => {
    const redacted = redactor.text(text);
    expect(redacted.count).toBe(1);
    expect(redacted.text).toContain(kept);
    expect(redacted.text).not.toMatch(/0123456789|abcd1234/);
  });
});
