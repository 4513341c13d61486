/** Whom the uplink trusts over TLS, and in plain words why it does not trust somebody. */
import { X509Certificate } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type Result, failure, success } from "@claw/events";

/** A file of certificates has a few KiB. */
const MAX_BYTES = 262_144;

/**
 * The certificates of a PEM file: a CA, or the supervisor's own certificate, which is then pinned. Nobody else is trusted beside them. Read at each
 * connect, so that a new one needs no restart. What cannot be read is a problem, never a reason to trust the system's CAs in its place.
 */
export function readTrust(path: string): Result<string, string> {
  try {
    // Not blocking: a named pipe in its place would hold the connector for ever.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!fstatSync(file).isFile()) return failure(NO_FILE);
      const buffer = Buffer.alloc(MAX_BYTES);
      const pem = buffer.toString("utf8", 0, readSync(file, buffer));
      return holdsCertificates(pem) ? success(pem) : failure(NO_CERTIFICATE);
    } finally {
      closeSync(file);
    }
  } catch {
    return failure(NO_FILE);
  }
}

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Each is read here, because TLS passes over what it cannot read and would then trust fewer than were meant. */
function holdsCertificates(pem: string): boolean {
  const blocks = pem.match(BLOCK) ?? [];
  try {
    return blocks.length > 0 && blocks.every((block) => new X509Certificate(block).raw.length > 0);
  } catch {
    return false;
  }
}

const NO_FILE = "The file of certificates to trust cannot be read, so the supervisor is not called.";
const NO_CERTIFICATE =
  "The file of certificates to trust holds none in PEM form, so the supervisor is not called.";

const STRANGER =
  "The supervisor's certificate is not trusted: nobody whom this host trusts has signed it. Bring its CA, or the certificate itself, to this host as the file of certificates to trust.";

/** Codes of OpenSSL and Node for a certificate that was refused. */
const SENTENCES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: STRANGER,
  SELF_SIGNED_CERT_IN_CHAIN: STRANGER,
  UNABLE_TO_GET_ISSUER_CERT: STRANGER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: STRANGER,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: STRANGER,
  CERT_UNTRUSTED: STRANGER,
  CERT_REJECTED: STRANGER,
  CERT_SIGNATURE_FAILURE: STRANGER,
  CERT_HAS_EXPIRED:
    "The supervisor's certificate is not trusted: it has expired, or this host's clock is wrong.",
  CERT_NOT_YET_VALID:
    "The supervisor's certificate is not trusted: it is not valid yet, or this host's clock is wrong.",
  CERT_REVOKED: "The supervisor's certificate is not trusted: it was revoked.",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "The supervisor's certificate is not trusted: it is for another name than the one in the supervisor's address.",
  EPROTO: "The supervisor does not speak TLS at this address, or none that this host accepts.",
};

/** One sentence about a failed connection, without an address. */
export const sentenceOf = (code: string): string =>
  SENTENCES[code] ?? `The supervisor cannot be reached (${code}).`;
