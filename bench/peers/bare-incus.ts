import { setTimeout as pause } from "node:timers/promises";
import pLimit from "p-limit";
import { z } from "zod";
import { Api } from "../../server/driver/incus/api/api";
import { Connection } from "../../server/driver/incus/api/connection";
import { anythingSchema, operationsSchema } from "../../server/driver/incus/api/types";
import { ImageStore } from "../../server/driver/incus/images/store";
import { projectConfiguration } from "../../server/driver/incus/project";

const project = "bare";
const timeoutMs = 60_000;
const architecture = "x86_64";
const image = "micro";
const askEveryMs = 100;
const namesSchema = z.array(z.string());
const unfinished = ["running", "pending", "cancelling"];

/** Makes the calls of the engine's API that create and start instances, and no others. */
export interface BareInstances {
  /** @param parallel how many instances at a time. */
  start(parallel: number): Promise<void>;
  destroy(parallel: number): Promise<void>;
  /** Waits until the engine has no instance in any project, and works on nothing. */
  settled(): Promise<void>;
}

/**
 * Does the work with instances in a project of their own, and removes them and the project.
 *
 * @param socket of the engine.
 * @param tarball the root file system.
 */
export async function withBareInstances<T>(
  { socket, tarball, count }: { readonly socket: string; readonly tarball: string; readonly count: number },
  work: (instances: BareInstances) => Promise<T>,
): Promise<T> {
  const connection = new Connection([`unix:${socket}`], undefined);
  const api = new Api(connection, project, timeoutMs);
  const images = new ImageStore(api, architecture, timeoutMs);
  const names = Array.from({ length: count }, (_, index) => `bare-${index}`);
  const each = async (parallel: number, change: (name: string, index: number) => Promise<unknown>) => {
    const limit = pLimit(parallel);
    await Promise.all(names.map((name, index) => limit(() => change(name, index))));
  };
  const changeState = async (name: string, action: object): Promise<void> => {
    await api.change("PUT", `/1.0/instances/${name}/state`, { json: action });
  };
  const json = { name: project, config: projectConfiguration };
  await api.call(anythingSchema, "POST", "/1.0/projects", { query: { project: undefined }, json });
  try {
    await images.import(image, tarball);
    const { fingerprint } = await images.get(image);
    return await work({
      start: (parallel) =>
        each(parallel, async (name, index) => {
          await api.change("POST", "/1.0/instances", { json: bareInstance(name, index, fingerprint) });
          await changeState(name, { action: "start", timeout: timeoutMs / 1000 });
        }),
      destroy: (parallel) =>
        each(parallel, async (name) => {
          await changeState(name, { action: "stop", timeout: -1, force: true });
          await api.change("DELETE", `/1.0/instances/${name}`);
        }),
      settled: async () => {
        while (!(await isIdle(api))) {
          await pause(askEveryMs);
        }
      },
    });
  } finally {
    await images.clear();
    await api.change("DELETE", `/1.0/projects/${project}`);
    await connection.close();
  }
}

async function isIdle(api: Api): Promise<boolean> {
  const query = { project: undefined, "all-projects": "true" };
  const instances = await api.get(namesSchema, "/1.0/instances", { query });
  const operations = await api.get(operationsSchema, "/1.0/operations", {
    query: { ...query, recursion: "1" },
  });
  return (
    instances.length === 0 &&
    unfinished.every((state) => (operations[state] ?? []).every((each) => each.class !== "task"))
  );
}

/** The same limits and devices as an instance of the type `light`. */
function bareInstance(name: string, index: number, fingerprint: string): object {
  const address = `198.18.${100 + Math.floor(index / 200)}.${1 + (index % 200)}`;
  return {
    name,
    type: "container",
    profiles: [],
    source: { type: "image", fingerprint },
    config: {
      ...{ "limits.memory": "64MiB", "limits.processes": "64", "limits.cpu.allowance": "50ms/100ms" },
      "raw.lxc": `lxc.uts.name = ${name}`,
    },
    devices: {
      root: { type: "disk", path: "/", pool: "default" },
      eth0: {
        ...{ type: "nic", name: "eth0", nictype: "routed", parent: "br0", "ipv4.address": address },
        ...{ "ipv4.neighbor_probe": "false", "ipv6.neighbor_probe": "false" },
      },
    },
  };
}
