/** A log behind TLS: who signs the server's certificate decides, and a server that does not speak it gets no key. */
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { Effect } from "effect";
import { expect, it } from "vitest";
import { connectNats, type LogUnavailable } from "../src/index.ts";
import { givenServer, held } from "./nats.ts";
import { temporaryFolder } from "./temporary.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

/** A certificate that signs itself, for loopback or for somebody else. */
function givenCertificate(names = "IP:127.0.0.1"): { readonly certFile: string; readonly keyFile: string } {
  const folder = temporaryFolder();
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", keyFile];
  const subject = ["-subj", "/CN=test", "-addext", `subjectAltName=${names}`, "-days", "1", "-out", certFile];
  execFileSync("openssl", ["req", "-x509", ...key, ...subject], { stdio: "ignore" });
  return { certFile, keyFile };
}

const tlsServer = ({ certFile, keyFile }: ReturnType<typeof givenCertificate>) =>
  givenServer({ config: `tls { cert_file: "${certFile}", key_file: "${keyFile}" }` });

const refusal = (options: Parameters<typeof connectNats>[0]): Promise<LogUnavailable> =>
  Effect.runPromise(Effect.flip(Effect.scoped(connectNats({ ...options, waitMs: 500 }))));

it.skipIf(!hasOpenssl)(
  "tls:// speaks to a server whose certificate the given file signs, and to no other [openssl on the PATH cures a skip]",
  async () => {
    const certificate = givenCertificate();
    const { certFile } = certificate;
    const server = await tlsServer(certificate);
    const url = server.url.replace("nats://", "tls://");
    const link = await held(connectNats({ url, name: "test", caFile: certFile }));
    expect(link.server.isSupported).toBe(true);
    expect(await refusal({ url, name: "test" })).toMatchObject({ reason: "unreachable" });
    const stranger = givenCertificate();
    expect(await refusal({ url, name: "test", caFile: stranger.certFile })).toMatchObject({ retry: "later" });
    const misplaced = givenCertificate("DNS:elsewhere.test");
    const elsewhere = (await tlsServer(misplaced)).url.replace("nats://", "tls://");
    const fault = await refusal({ url: elsewhere, name: "test", caFile: misplaced.certFile });
    expect(fault).toMatchObject({ reason: "unreachable", retry: "later" });
    expect(fault.detail).toContain("ALTNAME");
  },
);

it("tls:// refuses a server that speaks no TLS, and a URL with a user in it is refused unread", async () => {
  const server = await givenServer();
  const url = server.url.replace("nats://", "tls://");
  expect(await refusal({ url, name: "test" })).toMatchObject({ reason: "forbidden", retry: "never" });
  for (const wrong of ["nats://user@127.0.0.1:4222", "http://127.0.0.1", "nonsense", "nats://a:1,tls://b:2"])
    expect(await refusal({ url: wrong, name: "test" })).toMatchObject({ reason: "forbidden" });
});
