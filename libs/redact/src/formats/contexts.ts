import {
  DIGITS,
  draw,
  drawArmour,
  drawMixed,
  drawUuid,
  HEX16,
  LETTERS_DIGITS,
  NKEY32,
  type Rng,
  STD64,
  URL64,
} from "./draw.ts";
import { format, type SecretFormat } from "./format.ts";

const ANY = LETTERS_DIGITS;
const PASSWORD = `${ANY}!*_-+`;
const FENCE = "-----";

const armour = (name: string, label: string): SecretFormat =>
  format(name, "private-key", `${FENCE}BEGIN ${label}${FENCE}\n`, (rng) => drawArmour(rng, 6), {
    tail: `\n${FENCE}END ${label}${FENCE}`,
    isBare: false,
  });

const inContext = (
  name: string,
  kind: string,
  lead: string,
  body: (rng: Rng) => string,
  tail = "",
): SecretFormat => format(name, kind, lead, body, { tail, isBare: false });

const mixed =
  (alphabet: string, length: number) =>
  (rng: Rng): string =>
    drawMixed(rng, alphabet, length);

/** Secrets that are known by what stands around them. */
export const contextFormats: readonly SecretFormat[] = [
  armour("pem pkcs8", "PRIVATE KEY"),
  armour("pem rsa", "RSA PRIVATE KEY"),
  armour("pem ec", "EC PRIVATE KEY"),
  armour("pem openssh", "OPENSSH PRIVATE KEY"),
  armour("pem encrypted", "ENCRYPTED PRIVATE KEY"),
  armour("pgp private", "PGP PRIVATE KEY BLOCK"),
  armour("nats creds", "NATS USER JWT"),
  inContext(
    "nats creds seed",
    "private-key",
    `${FENCE}BEGIN USER NKEY SEED${FENCE}\n`,
    (rng) => `SU${draw(rng, NKEY32, 56)}`,
    `\n${FENCE}END USER NKEY SEED${FENCE}`,
  ),
  inContext("bearer header", "authorization", "Authorization: Bearer ", mixed(URL64, 43)),
  inContext("basic header", "authorization", "Authorization: Basic ", mixed(STD64, 32)),
  inContext("bearer alone", "authorization", "Bearer ", mixed(URL64, 40)),
  inContext("cookie header", "cookie", "Cookie: session=", mixed(URL64, 40)),
  inContext("set-cookie header", "cookie", "Set-Cookie: sid=", mixed(URL64, 40)),
  inContext("x-api-key header", "assigned-secret", "X-Api-Key: ", mixed(ANY, 32)),
  inContext("postgres url", "url-password", "postgres://app:", mixed(PASSWORD, 20), "@db.internal:5432/app"),
  inContext("redis url", "url-password", "redis://:", mixed(ANY, 24), "@cache:6379/0"),
  inContext(
    "git https url",
    "url-password",
    "https://x-access-token:",
    mixed(ANY, 40),
    "@git.example.com/a/b.git",
  ),
  inContext("env password", "assigned-secret", "DB_PASSWORD=", mixed(PASSWORD, 16)),
  inContext("env token", "assigned-secret", "CI_DEPLOY_TOKEN=", mixed(ANY, 20)),
  inContext("env secret", "assigned-secret", "APP_SECRET=", mixed(PASSWORD, 24)),
  inContext("aws secret key", "assigned-secret", "AWS_SECRET_ACCESS_KEY=", mixed(STD64, 40)),
  inContext("azure storage", "assigned-secret", "AccountName=x;AccountKey=", mixed(STD64, 86), "=="),
  inContext(
    "azure bus",
    "assigned-secret",
    "SharedAccessKeyName=root;SharedAccessKey=",
    mixed(STD64, 43),
    "=",
  ),
  inContext("datadog", "assigned-secret", "DD_API_KEY=", mixed(HEX16, 32)),
  inContext("yaml password", "assigned-secret", "password: ", mixed(ANY, 16)),
  inContext("codex auth file", "assigned-secret", '"access_token": "', mixed(URL64, 60), '"'),
  inContext("json password", "assigned-secret", '"password": "', mixed(PASSWORD, 14), '"'),
  inContext("json client secret", "assigned-secret", '"client_secret":"', mixed(URL64, 32), '"'),
  inContext("code api key", "assigned-secret", 'apiKey = "', mixed(ANY, 32), '"'),
  inContext("flag password", "assigned-secret", "--password ", mixed(ANY, 16)),
  inContext("query token", "assigned-secret", "access_token=", mixed(DIGITS + ANY, 40)),
  inContext("curl user", "login-password", "curl -sS -u deploy:", mixed(ANY, 18), " https-endpoint"),
  inContext("connection string", "assigned-secret", "Server=db;Uid=sa;Pwd=", mixed(ANY, 13), ";"),
  inContext("npmrc", "assigned-secret", "//registry.example/:_authToken=", drawUuid),
  inContext("php constant", "assigned-secret", "define('DB_PASSWORD', '", mixed(ANY, 16), "');"),
  inContext("wireguard", "assigned-secret", "PresharedKey = ", mixed(ANY, 43), "="),
  inContext(
    "slash first",
    "assigned-secret",
    "aws_secret_access_key = ",
    (rng) => `/${drawMixed(rng, ANY, 39)}`,
  ),
  inContext("mysql option", "login-password", "mysql -u root -p", mixed(ANY, 15), " shop"),
  inContext("docker option", "login-password", "docker login -u me -p ", mixed(ANY, 18), " registry"),
  inContext("pgpass", "login-password", "db.internal:5432:app:deploy:", mixed(ANY, 16)),
  inContext("netrc line", "login-password", "machine h\nlogin me\npassword ", mixed(ANY, 16), "\n"),
  inContext("json web key", "private-key", '{"kty":"EC","d":"', mixed(URL64, 43), '"}'),
  inContext("netrc", "login-password", "machine h login me password ", mixed(ANY, 18)),
];
