/** A figure of a process, as its `/metrics` says it. */
import type { Part } from "./fleet.ts";

/** The first value of a metric, or null where the process does not tell. */
export async function metricOf({ metrics }: Part, name: string): Promise<number | null> {
  if (metrics === null) return null;
  const headers: Readonly<Record<string, string>> =
    metrics.token === null ? {} : { authorization: `Bearer ${metrics.token()}` };
  const response = await fetch(`${metrics.url}/metrics`, { headers });
  const line = (await response.text()).split("\n").find((one) => one.startsWith(`${name} `));
  return line === undefined ? null : Number(line.slice(name.length + 1));
}
