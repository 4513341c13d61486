/**
 * Names under which secrets are kept. `strong` names hold nothing else; `weak` names also hold harmless things, so
 * their values must look random in text.
 */
export const STRONG_NAMES = [
  "password",
  "passwd",
  "passphrase",
  "passcode",
  "secret",
  "apikey",
  "api_key",
  "api-key",
  "accesskey",
  "access_key",
  "access-key",
  "accountkey",
  "account_key",
  "privatekey",
  "private_key",
  "private-key",
  "signingkey",
  "signing_key",
  "encryptionkey",
  "encryption_key",
  "masterkey",
  "master_key",
  "credential",
  "presharedkey",
  "preshared_key",
  "preshared-key",
  "pwd",
  "_authtoken",
  "npmauthtoken",
] as const;

export const WEAK_NAMES = [
  "token",
  "_pass",
  "_pat",
  "auth",
  "seed",
  "_key",
  "appkey",
  "app_key",
  "sessionid",
  "session_id",
  "sig",
  "dsn",
] as const;

/** A name that goes on like this speaks about a secret and does not hold it. */
const ABOUT = [
  "name",
  "names",
  "id",
  "ids",
  "type",
  "count",
  "limit",
  "length",
  "size",
  "path",
  "file",
  "url",
  "uri",
  "usage",
  "policy",
  "expires",
  "expiry",
  "ttl",
  "at",
  "field",
  "ref",
  "arn",
  "version",
  "rotation",
  "prefix",
  "hint",
  "env",
  "budget",
  "window",
];

const SEPARATORS = ["_", "-", ".", " "];
const strip = (name: string): string => {
  let bare = name.toLowerCase();
  for (const separator of SEPARATORS) bare = bare.replaceAll(separator, "");
  return bare;
};

const BARE_STRONG = [...new Set(STRONG_NAMES.map(strip))];
const FIELD_ENDINGS = [
  ...BARE_STRONG,
  "credentials",
  "secrets",
  "passwords",
  "apikeys",
  "token",
  "pwd",
  "cookie",
  "cookies",
  "authorization",
  "authentication",
  "connectionstring",
  "nkeyseed",
];
const FIELD_NAMES = new Set(["auth", "seed", "pass", "jwt", "nkey", "bearer", "xapikey", "xauthtoken"]);
/** Tokens of paging, parsing and progress are positions, not rights. */
const PUBLIC_FIELDS = [
  "pagetoken",
  "nexttoken",
  "continuationtoken",
  "progresstoken",
  "synctoken",
  "resumetoken",
];

/** Whether the rest of a name, after the telling word, only speaks about the secret (`SECRET_NAME`, `tokenCount`). */
export const isAbout = (rest: string): boolean => {
  const bare = strip(rest);
  return ABOUT.some((word) => bare.endsWith(word));
};

const NAME_MAX = 128;

/** Whether a field of this name, in a JSON object or a header list, holds a secret whatever its shape. */
export const isSecretField = (name: string): boolean => {
  if (name.length > NAME_MAX) return false;
  const bare = strip(name);
  if (PUBLIC_FIELDS.some((field) => bare.endsWith(field))) return false;
  return FIELD_NAMES.has(bare) || FIELD_ENDINGS.some((ending) => bare.endsWith(ending));
};
