import { MccError } from "../../../protocol/error";
import type { Member } from "../driver";
import { readMembers } from "./api/read-members";
import { resourcesOfPoolSchema, resourcesSchema } from "./api/types";
import type { Engine } from "./engine";
import { memberOf } from "./instances/copy";

/** The state of a member by the engine's word for it. Any other word means that it does not answer. */
const states: Readonly<Record<string, Member["state"]>> = {
  Online: "online",
  Evacuated: "evacuated",
  Blocked: "online",
};
/** A member that does not answer must not hold up the list. */
const lookMs = 3_000;

type Amounts = Omit<Member, "name" | "state" | "groups" | "containers">;

/** Lists the members of the cluster; an engine without members is one itself. Amounts that it does not tell are absent. */
export async function listMembers(engine: Engine): Promise<Member[]> {
  const { instances, names, server } = engine;
  const own = (await instances.all()).filter(({ name }) => names.idOf(name) !== undefined);
  if (!server.environment.server_clustered) {
    return [
      {
        name: server.environment.server_name,
        state: "online",
        groups: [],
        containers: own.length,
        ...(await amountsOf(engine, undefined)),
      },
    ];
  }
  const members = await readMembers(engine.api);
  return await Promise.all(
    members.map(async ({ server_name: name, status, groups }) => {
      const state = states[status] ?? "offline";
      return {
        name,
        state,
        groups: groups ?? [],
        containers: own.filter((instance) => memberOf(instance) === name).length,
        ...(state === "offline" ? {} : await amountsOf(engine, name)),
      };
    }),
  );
}

async function amountsOf(engine: Engine, target: string | undefined): Promise<Amounts> {
  const options = { query: { target }, timeoutMs: lookMs };
  const [resources, pool] = await Promise.all([
    unlessRefused(engine.api.get(resourcesSchema, "/1.0/resources", options)),
    unlessRefused(
      engine.api.get(resourcesOfPoolSchema, `/1.0/storage-pools/${engine.settings.pool}/resources`, options),
    ),
  ]);
  const { cpu, memory } = resources ?? {};
  const space = pool?.space;
  return {
    processors: cpu?.total,
    memoryBytes: memory?.total,
    freeMemoryBytes: memory && Math.max(0, memory.total - memory.used),
    diskBytes: space?.total,
    freeDiskBytes: space && Math.max(0, space.total - space.used),
  };
}

/** A restricted certificate may not read all, and a member may have died. */
async function unlessRefused<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (MccError.isInstance(error)) {
      return undefined;
    }
    throw error;
  }
}
