import type { Fleet } from "./fleet.ts";
import { runClaw } from "./process.ts";
import { until } from "./until.ts";

/** Policy leads, its gate is open, and what it decides is believed: a new token is good at once. */
export async function policyDecides(fleet: Fleet): Promise<void> {
  const { env, url } = fleet.asHouse();
  await until(
    "policy decides",
    async () => {
      const made = await runClaw(["token", "create", "--role", "viewer", "--name", "somebody"], env);
      if (made.code !== 0) throw new Error(made.stderr);
      const headers = { authorization: `Bearer ${made.stdout.trim()}` };
      return (await fetch(`${url}/api/hosts`, { headers })).ok;
    },
    40_000,
  );
}
