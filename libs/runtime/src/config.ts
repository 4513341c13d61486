/**
 * Configuration comes from the environment, `CLAW_*` only, through one schema per service.
 *
 * A `CLAW_*` variable that no service knows stops the start, with the nearest name that exists: a setting that is silently ignored is worse
 * than none. Values are never part of a problem, because one of them may be a secret that was put in the wrong variable.
 */
import { z } from "zod";

/** Every variable there is (DESIGN 3). A service reads some; none may read another. */
export const KNOWN_VARIABLES = [
  "CLAW_DATA_DIR",
  "CLAW_LOG_URL",
  "CLAW_HTTP_HOST",
  "CLAW_HTTP_PORT",
  "CLAW_PUBLIC_URL",
  "CLAW_PRODUCT_URL",
  "CLAW_VISIBILITY",
  "CLAW_UPLINK_PORT",
  "CLAW_HEALTH_PORT",
  "CLAW_TLS_CERT",
  "CLAW_TLS_KEY",
  "CLAW_OIDC_ISSUER",
  "CLAW_OIDC_CLIENT_ID",
  "CLAW_OIDC_CLIENT_SECRET",
  "CLAW_OIDC_CLIENT_SECRET_FILE",
  "CLAW_OIDC_ROLES",
  "CLAW_OIDC_SCOPES",
  "CLAW_LEDGER",
  "CLAW_NATS_SERVER",
  "CLAW_LOG_ALLOW_OLD",
  "CLAW_LOG_REPLICAS",
  "CLAW_LOG_MAX_BYTES",
  "CLAW_HOST_ID",
  "CLAW_ENDPOINTS",
  "CLAW_CODEX",
  "CLAW_WORKSPACE_ROOTS",
  "CLAW_HEARTBEAT_MS",
  "CLAW_SILENT_AFTER_MS",
  "CLAW_TOKEN",
  "CLAW_TOKEN_FILE",
  "CLAW_URL",
  "CLAW_DIAGNOSTICS_LEVEL",
  "CLAW_TEST_SCALE",
] as const;

export type Variable = (typeof KNOWN_VARIABLES)[number];
export type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with one variable, in one sentence. */
export interface ConfigProblem {
  readonly variable: string;
  readonly sentence: string;
}

export type ConfigResult<Config> =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** How one setting is read: its variable, and the schema that makes a value of the text. */
export type Settings = Readonly<Record<string, { readonly variable: Variable; readonly schema: z.ZodType }>>;
export type ConfigOf<S extends Settings> = { readonly [Key in keyof S]: z.infer<S[Key]["schema"]> };

/** Reads the settings of a service. Reports every problem at once. */
export function readConfig<S extends Settings>(settings: S, env: Environment): ConfigResult<ConfigOf<S>> {
  const problems: ConfigProblem[] = [...unknownVariables(env)];
  const config: Record<string, unknown> = {};
  for (const [key, { variable, schema }] of Object.entries(settings)) {
    const parsed = schema.safeParse(env[variable] === "" ? undefined : env[variable]);
    if (parsed.success) config[key] = parsed.data;
    else
      problems.push({
        variable,
        sentence: `${variable}: ${parsed.error.issues[0]?.message ?? "not understood"}.`,
      });
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config: config as ConfigOf<S> };
}

/** The `CLAW_*` names that nobody reads, each with a suggestion. */
export function unknownVariables(env: Environment): readonly ConfigProblem[] {
  const known: ReadonlySet<string> = new Set(KNOWN_VARIABLES);
  return Object.keys(env)
    .filter((name) => name.startsWith("CLAW_") && !known.has(name))
    .map((variable) => ({ variable, sentence: `${variable} is not a setting; ${suggestionFor(variable)}` }));
}

function suggestionFor(name: string): string {
  const [nearest] = KNOWN_VARIABLES.map((known) => ({ known, distance: editDistance(name, known) })).sort(
    (a, b) => a.distance - b.distance,
  );
  if (nearest !== undefined && nearest.distance <= 4) return `did you mean ${nearest.known}?`;
  return "`claw config` lists the settings.";
}

/** Levenshtein distance, for names of a few dozen letters. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** A whole number within bounds, with a default. */
export const wholeNumber = (bounds: {
  readonly min: number;
  readonly max: number;
  readonly default: number;
}) =>
  z
    .string()
    .regex(/^\d{1,12}$/, "is not a whole number")
    .transform(Number)
    .pipe(z.int().min(bounds.min, `is less than ${bounds.min}`).max(bounds.max, `is more than ${bounds.max}`))
    .default(bounds.default);

/** Text with a default. */
export const text = (fallback: string) => z.string().max(4_096, "is too long").default(fallback);
/** Text that may be absent. */
export const optionalText = z.string().max(4_096, "is too long").optional();
