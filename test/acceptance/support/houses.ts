/** The same house in its two forms, so that one test speaks of both: on one machine, and as a fleet of processes on NATS. */
import { type Connecting, startConnector } from "./connecting.ts";
import { type FleetShape, makeFleet, type Service } from "./fleet.ts";
import { makeHouse } from "./house.ts";
import type { Scene } from "./scene.ts";
import { until } from "./until.ts";

export interface AnyHouse {
  readonly url: string;
  /** What the CLI needs to speak to it. */
  readonly env: Readonly<Record<string, string>>;
  readonly get: <Answer>(path: string) => Promise<Answer>;
  /** POST of a JSON body: the status and the answer, whatever they are. */
  readonly post: <Answer>(path: string, body: object) => Promise<{ status: number; body: Answer }>;
  readonly end: () => Promise<void>;
}

export const FORMS = ["one machine", "a fleet"] as const;
export type Form = (typeof FORMS)[number];

/** A house of that form that watches the scene's app-server and may spawn in its workspace, ready to be asked. */
export const makeAnyHouse = (form: Form, scene: Scene): Promise<AnyHouse> =>
  form === "one machine" ? onOneMachine(scene) : makeFleetHouse(scene);

const hostEnv = ({ endpoints, workspace }: Scene) => ({
  CLAW_ENDPOINTS: endpoints,
  CLAW_WORKSPACE_ROOTS: workspace,
});

async function onOneMachine(scene: Scene): Promise<AnyHouse> {
  const house = await makeHouse(hostEnv(scene));
  return orEnd(house.remove, async () => {
    await house.start();
    const env = { ...house.env, CLAW_URL: house.url, CLAW_TOKEN: house.token() };
    const post = postingTo(house.url, house.token);
    await spawnable(post, scene);
    return { url: house.url, env, get: house.get, post, end: house.remove };
  });
}

/** The same as a fleet, of a shape of its own. */
export async function makeFleetHouse(scene: Scene, shape: FleetShape = {}): Promise<AnyHouse> {
  const fleet = await makeFleet(shape);
  let connector: Connecting | null = null;
  const end = async () => {
    await connector?.claw().stop("SIGKILL");
    await fleet.end();
  };
  const get = async <Answer>(path: string): Promise<Answer> => {
    const [machine] = fleet.machines;
    if (machine === undefined) throw new Error("a fleet has a machine");
    return machine.get<Answer>(path);
  };
  return orEnd(end, async () => {
    await fleet.start();
    const { url, env, dataDir } = fleet.asHouse();
    connector = await startConnector({ url, env, dataDir }, "host-a", {
      ...hostEnv(scene),
      CLAW_URL: (fleet.ingests[0] as Service).url,
      CLAW_HEARTBEAT_MS: "500",
    });
    const post = postingTo(url, fleet.adminToken);
    await spawnable(post, scene);
    return { url, env, get, post, end };
  });
}

/** A house that does not come up is ended here, as no test gets hold of it: its processes would outlive the run. */
async function orEnd(end: () => Promise<void>, work: () => Promise<AnyHouse>): Promise<AnyHouse> {
  try {
    return await work();
  } catch (error) {
    await end();
    throw error;
  }
}

/**
 * Policy would let somebody spawn in the scene's workspace: it has heard the host, its folders and its app-server. The views do not say so, because
 * policy reads the log by itself, ahead of them or behind. A dry run leaves no entry and counts for no rate.
 */
const spawnable = (post: AnyHouse["post"], { workspace }: Scene): Promise<boolean> =>
  until(
    "policy would accept a spawn",
    async () => {
      const wish = { type: "session.spawn", workspace, text: "SAY never" };
      const { body } = await post<{ decision?: string }>("/api/commands?dryRun=true", wish);
      if (body.decision !== "accepted") throw new Error(JSON.stringify(body));
      return true;
    },
    30_000,
  );

/** POST to an API with a bearer token: the status and the answer, whatever they are. */
export const postingTo =
  (url: string, token: () => string): AnyHouse["post"] =>
  async <Answer>(path: string, body: object) => {
    const response = await fetch(url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${token()}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  };
