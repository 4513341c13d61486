import {
  DIGITS,
  draw,
  drawMixed,
  drawUuid,
  HEX16,
  LETTERS_DIGITS,
  LOWER,
  NKEY32,
  type Rng,
  UPPER,
  URL64,
} from "./draw.ts";
import { format, type SecretFormat } from "./format.ts";

const ANY = LETTERS_DIGITS;

/** A fixed lead, split by a bar so that it is nowhere written whole; then characters of one alphabet. */
type Row = readonly [name: string, kind: string, lead: string, alphabet: string, length: number];

const rows: readonly Row[] = [
  ["aws access key id", "aws-key-id", "AK|IA", NKEY32, 16],
  ["aws session key id", "aws-key-id", "AS|IA", NKEY32, 16],
  ["github personal", "github-token", "gh|p_", ANY, 36],
  ["github oauth", "github-token", "gh|o_", ANY, 36],
  ["github server", "github-token", "gh|s_", ANY, 36],
  ["github fine-grained", "github-token", "github|_pat_", ANY, 82],
  ["gitlab personal", "gitlab-token", "gl|pat-", URL64, 20],
  ["gitlab runner", "gitlab-token", "gl|rt-", URL64, 20],
  ["bitbucket app", "bitbucket-token", "AT|BB", ANY, 32],
  ["atlassian api", "atlassian-token", "ATA|TT3", URL64, 180],
  ["npm", "npm-token", "np|m_", ANY, 36],
  ["pypi", "pypi-token", "pypi-|AgEIcHlwaS5vcmc", URL64, 80],
  ["rubygems", "rubygems-token", "ruby|gems_", HEX16, 48],
  ["crates.io", "crates-token", "ci|o", ANY, 32],
  ["nuget", "nuget-token", "oy|2", LOWER + DIGITS, 43],
  ["docker hub", "docker-token", "dckr|_pat_", URL64, 27],
  ["circleci", "circleci-token", "CCI|PAT_", ANY, 62],
  ["postman", "postman-token", "PM|AK-", HEX16, 59],
  ["pulumi", "pulumi-token", "pu|l-", HEX16, 40],
  ["hashicorp vault", "vault-token", "hv|s.", URL64, 95],
  ["doppler", "doppler-token", "dp.|pt.", ANY, 43],
  ["grafana service account", "grafana-token", "gl|sa_", ANY, 41],
  ["new relic", "newrelic-token", "NR|AK-", UPPER + DIGITS, 27],
  ["sentry", "sentry-token", "sntr|yu_", HEX16, 64],
  ["prefect", "prefect-token", "pn|u_", ANY, 36],
  ["langsmith", "langsmith-token", "lsv2|_pt_", HEX16, 44],
  ["linear", "linear-token", "lin_|api_", ANY, 40],
  ["notion", "notion-token", "nt|n_", ANY, 46],
  ["figma", "figma-token", "fig|d_", URL64, 40],
  ["typeform", "typeform-token", "tf|p_", ANY, 44],
  ["age", "age-key", "AGE-SECRET|-KEY-1", UPPER + DIGITS, 58],
  ["anthropic", "anthropic-key", "sk-|ant-api03-", URL64, 95],
  ["openai project", "openai-key", "sk-|proj-", URL64, 120],
  ["openrouter", "openrouter-key", "sk-|or-v1-", HEX16, 64],
  ["codex refresh", "codex-refresh-token", "r|t_", URL64, 90],
  ["hugging face", "huggingface-token", "h|f_", ANY, 34],
  ["replicate", "replicate-token", "r|8_", ANY, 37],
  ["groq", "groq-key", "gs|k_", ANY, 52],
  ["xai", "xai-key", "xa|i-", ANY, 80],
  ["perplexity", "perplexity-key", "pp|lx-", ANY, 48],
  ["nvidia", "nvidia-key", "nv|api-", URL64, 64],
  ["google api", "google-api-key", "AI|za", URL64, 35],
  ["google oauth secret", "google-oauth", "GOC|SPX-", URL64, 28],
  ["google oauth access", "google-oauth", "ya|29.", URL64, 120],
  ["digitalocean", "digitalocean-token", "dop|_v1_", HEX16, 64],
  ["databricks", "databricks-token", "da|pi", HEX16, 32],
  ["alibaba", "alibaba-key-id", "LT|AI", ANY, 20],
  ["supabase", "supabase-token", "sb|p_", HEX16, 40],
  ["planetscale", "planetscale-token", "pscale|_pw_", URL64, 43],
  ["tailscale", "tailscale-key", "ts|key-auth-", ANY, 36],
  ["stripe live", "stripe-key", "sk_|live_", ANY, 24],
  ["stripe restricted", "stripe-key", "rk_|test_", ANY, 24],
  ["stripe webhook", "stripe-webhook", "wh|sec_", ANY, 32],
  ["square", "square-token", "sq0|atp-", URL64, 22],
  ["shopify", "shopify-token", "shp|at_", HEX16, 32],
  ["shippo", "shippo-token", "shippo|_live_", HEX16, 40],
  ["easypost", "easypost-token", "EZ|AK", ANY, 54],
  ["slack bot", "slack-token", "xo|xb-", DIGITS + ANY, 50],
  ["slack app", "slack-token", "xa|pp-1-", ANY, 90],
  ["slack webhook", "slack-webhook", "https://hooks.slack|.com/services/", ANY, 44],
  ["discord webhook", "discord-webhook", "https://discord|.com/api/webhooks/", URL64, 86],
  ["sendgrid", "sendgrid-key", "S|G.", URL64, 66],
  ["mailgun", "mailgun-key", "ke|y-", HEX16, 32],
  ["brevo", "brevo-key", "xkey|sib-", HEX16, 81],
  ["twilio", "twilio-key", "S|K", HEX16, 32],
  ["openshift", "openshift-token", "sha|256~", URL64, 43],
  ["nats user seed", "nats-seed", "S|U", NKEY32, 56],
  ["nats account seed", "nats-seed", "S|A", NKEY32, 56],
];

/** Weak leads are common syllables; what is minted behind them always holds a digit. */
const mixed: readonly Row[] = [
  ["openai legacy", "secret-key", "s|k-", ANY, 48],
  ["notion legacy", "notion-token", "secr|et_", ANY, 43],
  ["vercel", "vercel-token", "vc|p_", ANY, 56],
  ["tavily", "tavily-key", "tv|ly-", ANY, 32],
  ["resend", "resend-key", "r|e_", ANY, 32],
];

/** A lead without the bar that splits it in the source. */
const whole = (lead: string): string => lead.replace("|", "");

const jwt = (rng: Rng): string =>
  `${draw(rng, URL64, 34)}.ey${draw(rng, URL64, 160)}.${draw(rng, URL64, 43)}`;

export const tokenFormats: readonly SecretFormat[] = [
  ...rows.map(([name, kind, lead, alphabet, length]) =>
    format(name, kind, whole(lead), (rng) => draw(rng, alphabet, length)),
  ),
  ...mixed.map(([name, kind, lead, alphabet, length]) =>
    format(name, kind, whole(lead), (rng) => drawMixed(rng, alphabet, length)),
  ),
  format("jwt", "jwt", whole("ey|J"), jwt),
  format("heroku", "heroku-key", whole("HR|KU-"), drawUuid),
  format("plaid", "plaid-token", whole("access-|production-"), drawUuid),
  format(
    "telegram",
    "telegram-token",
    "",
    (rng) => `${draw(rng, "123456789", 10)}:A${"A"}${draw(rng, URL64, 33)}`,
  ),
  format(
    "azure client secret",
    "azure-client-secret",
    "",
    (rng) => `${draw(rng, ANY, 3)}8Q${"~"}${draw(rng, ANY, 34)}`,
  ),
  format(
    "terraform cloud",
    "terraform-token",
    "",
    (rng) => `${draw(rng, ANY, 14)}.atlas${"v1."}${draw(rng, ANY, 67)}`,
  ),
  format("mailchimp", "mailchimp-key", "", (rng) => `${draw(rng, HEX16, 32)}-u${"s"}21`),
  format(
    "airtable",
    "airtable-token",
    whole("pa|t"),
    (rng) => `${draw(rng, ANY, 14)}.${draw(rng, HEX16, 64)}`,
  ),
  format(
    "discord bot",
    "discord-token",
    "",
    (rng) => `M${draw(rng, ANY, 23)}.${draw(rng, ANY, 6)}.${draw(rng, URL64, 38)}`,
  ),
];
