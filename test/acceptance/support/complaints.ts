/** What a fleet has to say for itself, for whoever reads why a test failed: it may have failed on a machine that nobody can look at. */
import type { NatsCluster } from "@claw/testkit/nats";
import type { Fleet, Service } from "./fleet.ts";

/** The services of the log: those that stop, and say so, when it is hurt. */
export const servicesOf = ({ policies, ingests, machines }: Fleet): readonly Service[] => [
  ...policies,
  ...ingests,
  ...machines.map(({ projector }) => projector),
];

const PATIENCE_MS = 5_000;
const LAST_WORDS = 600;

/** How each service says that it is, and its last words; of a cluster, also those of its nodes. */
export async function complaintsOf(fleet: Fleet): Promise<string> {
  const services = servicesOf(fleet).map(async (service) => {
    const health = await fetch(`${service.healthUrl}/readyz`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).then((answer) => answer.text(), String);
    const words = service.claw().stderr().slice(-LAST_WORDS);
    return `${service.name} (${service.ends()} ends): ${health.slice(0, 900)} ${words}`;
  });
  const nodes = fleet.cluster === null ? [] : [nodesOf(fleet.cluster)];
  return (await Promise.all([...services, ...nodes])).join("\n");
}

const nodesOf = ({ servers }: NatsCluster): string =>
  servers.map((node, n) => `node ${n + 1}: ${node.output().slice(-LAST_WORDS)}`).join("\n");
