import {
  ALNUM,
  BASE64,
  charClass,
  DOTTED,
  HEX,
  LOWER_ALNUM,
  SLUG,
  UPPER_ALNUM,
  WORD,
} from "../scan/chars.ts";
import { shape, type TokenShape, weak } from "./token.ts";

const UUID = charClass("0-9a-f-");
/** Base64 as it stands in a URL: `+`, `/` and `=` may be percent-encoded. */
const BASE64_ENCODED = charClass("0-9A-Za-z+/=%_-");
const BLOCKS = charClass("0-9A-Z-");

/** How the armour of a private key begins when it is base64-encoded once more, as in a kubeconfig. */
const armourBeginnings = [
  "PRIVATE ",
  "RSA PRIV",
  "EC PRIVA",
  "DSA PRIV",
  "OPENSSH PRIV",
  "ENCRYPTED P",
  "PGP PRIV",
]
  .map((label) => Buffer.from(`${"-".repeat(5)}BEGIN ${label}`))
  .map((bytes) => bytes.toString("base64").slice(0, Math.floor((bytes.length * 8) / 6)))
  .join(" ");

/** Forges, registries, build and observation services. Prefixes and lengths as their vendors publish them. */
export const codeShapes: readonly TokenShape[] = [
  // Our own: a session that reads a token file must not hand it to everybody who may read transcripts.
  shape("claw-token", "clw_api_ clw_host_ clw_mcp_", WORD, 40),
  shape("private-key", armourBeginnings, BASE64_ENCODED, 16),
  // An installation token of the newer form: an app id and a JWT.
  shape("github-token", "ghs_", DOTTED, 100),
  shape("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", ALNUM, 30),
  shape("github-token", "github_pat_", WORD, 22),
  shape(
    "gitlab-token",
    "glpat- gloas- gldt- glrt- glcbt- glptt- glft- glimt- glsoat- glagent- glffct- glwt-",
    DOTTED,
    20,
  ),
  shape("gitlab-token", "GR1348941", SLUG, 20),
  shape("bitbucket-token", "ATBB", ALNUM, 28),
  shape("bitbucket-token", "BBDC-", BASE64, 40),
  shape("trello-token", "ATTA", ALNUM, 64),
  shape("atlassian-token", "ATATT3 ATCTT3", BASE64, 40),
  shape("npm-token", "npm_", ALNUM, 36),
  shape("pypi-token", "pypi-AgE", SLUG, 50),
  shape("rubygems-token", "rubygems_", HEX, 48, 48),
  weak("crates-token", "cio", ALNUM, 32, 32),
  shape("nuget-token", "oy2", LOWER_ALNUM, 43, 43),
  shape("clojars-token", "CLOJARS_", LOWER_ALNUM, 60),
  shape("docker-token", "dckr_pat_ dckr_oat_", SLUG, 24),
  shape("artifactory-token", "AKCp", ALNUM, 60),
  shape("artifactory-token", "cmVmdGtuO", ALNUM, 50),
  shape("circleci-token", "CCIPAT_", WORD, 40),
  shape("buildkite-token", "bkua_ bkct_", LOWER_ALNUM, 40),
  shape("sourcegraph-token", "sgp_ slk_", WORD, 40),
  shape("postman-token", "PMAK-", SLUG, 50),
  shape("pulumi-token", "pul-", HEX, 40, 40),
  shape("vault-token", "hvs. hvb. hvr.", SLUG, 24),
  shape("doppler-token", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", DOTTED, 40),
  shape("onepassword-token", "ops_eyJ", BASE64, 100),
  shape("onepassword-token", "A3-", BLOCKS, 36, 44),
  shape("grafana-token", "glsa_", WORD, 40),
  shape("grafana-token", "glc_", BASE64, 32),
  shape("grafana-token", "eyJrIjoi", BASE64_ENCODED, 50),
  shape("honeycomb-key", "hcaik_ hcbik_ hcamk_", LOWER_ALNUM, 50),
  shape("axiom-token", "xaat- xapt-", UUID, 36, 36),
  shape("elastic-key", "essu_", BASE64_ENCODED, 50),
  shape("sonar-token", "sqp_ squ_ sqa_", HEX, 40, 40),
  shape("dbt-token", "dbtu_ dbtc_ dbts_", SLUG, 36),
  weak("render-key", "rnd_", ALNUM, 28),
  shape("newrelic-token", "NRAK- NRII- NRJS-", SLUG, 19),
  shape("sentry-token", "sntrys_ sntryu_", BASE64, 60),
  shape("dynatrace-token", "dt0c01. dt0s16.", DOTTED, 80),
  shape("launchdarkly-token", "api-", UUID, 36, 36),
  shape("prefect-token", "pnu_ pnb_", ALNUM, 36),
  shape("readme-token", "rdme_", LOWER_ALNUM, 70),
  shape("posthog-token", "phx_", ALNUM, 40),
  shape("langsmith-token", "lsv2_pt_ lsv2_sk_", WORD, 32),
  shape("linear-token", "lin_api_ lin_oauth_", ALNUM, 40),
  shape("notion-token", "ntn_", ALNUM, 40),
  weak("notion-token", "secret_", ALNUM, 43, 43),
  shape("figma-token", "figd_ figo_", SLUG, 40),
  shape("airtable-token", "pat", DOTTED, 79, 79),
  shape("typeform-token", "tfp_", DOTTED, 40),
  shape("contentful-token", "CFPAT-", SLUG, 43),
  shape("cal-key", "cal_live_ cal_test_", ALNUM, 32),
  shape("age-key", "AGE-SECRET-KEY-1", UPPER_ALNUM, 58),
];
