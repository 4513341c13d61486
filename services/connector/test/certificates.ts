/** Certificates for the time of a test, made by `openssl`: a CA, a server signed by it, one that signed itself, one that has expired. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

export interface Identity {
  readonly certFile: string;
  readonly cert: string;
  readonly key: string;
}

function openssl(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8", timeout: 20_000 });
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"] as const;
const identity = (folder: string, name: string): Identity => ({
  certFile: join(folder, `${name}.crt`),
  cert: readFileSync(join(folder, `${name}.crt`), "utf8"),
  key: readFileSync(join(folder, `${name}.key`), "utf8"),
});
const files = (folder: string, name: string) =>
  ["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.crt`)] as const;

/** Signed by itself, for the names given (`IP:127.0.0.1`, `DNS:…`). */
export function selfSigned(folder: string, name: string, names = "IP:127.0.0.1"): Identity {
  const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${names}`, "-days", "2"];
  openssl("req", "-x509", ...KEY, ...files(folder, name), ...subject);
  return identity(folder, name);
}

/** A CA, and a server that it signed; `days` below 0 makes one that has expired. */
export function signed(folder: string, days = 2): { readonly ca: Identity; readonly server: Identity } {
  openssl("req", "-x509", ...KEY, ...files(folder, "ca"), "-subj", "/CN=test-ca", "-days", "2");
  const request = join(folder, "server.csr");
  openssl("req", ...KEY, "-keyout", join(folder, "server.key"), "-out", request, "-subj", "/CN=house");
  const names = join(folder, "names");
  writeFileSync(names, "subjectAltName=IP:127.0.0.1\n");
  const by = ["-CA", join(folder, "ca.crt"), "-CAkey", join(folder, "ca.key"), "-CAcreateserial"];
  const out = join(folder, "server.crt");
  openssl("x509", "-req", "-in", request, ...by, "-out", out, "-extfile", names, "-days", String(days));
  return { ca: identity(folder, "ca"), server: identity(folder, "server") };
}
