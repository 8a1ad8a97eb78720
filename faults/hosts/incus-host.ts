import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../protocol/errno";
import { Api } from "../../server/driver/incus/api/api";
import { Connection } from "../../server/driver/incus/api/connection";
import { imagesSchema, instancesSchema } from "../../server/driver/incus/api/types";
import { InstanceNames } from "../../server/driver/incus/instances/names";
import { ownProject } from "../../server/driver/incus/settings";
import { startLxdCluster } from "../../test/support/lxd/cluster";
import type { Host } from "./host";
import { withMicroImage } from "./micro-image";

const timeoutMs = 30_000;
/** On a disk: the storage pool has no room in memory. */
const parentFolder = "/var/tmp";

/** A host with an LXD server, and real containers of the image `micro`. */
export async function withIncusHost<T>(folder: string, work: (host: Host) => Promise<T>): Promise<T> {
  const micro = await withMicroImage(folder);
  const lxd = await mkdtemp(join(parentFolder, "minicloud-faults-lxd-"));
  const cluster = await startLxdCluster(1, lxd);
  const socket = cluster.members[0]?.socket ?? "";
  const connection = new Connection([`unix:${socket}`], undefined);
  const serverId = async (): Promise<string> =>
    (await unlessErrno(readFile(join(folder, "state", "server-id"), "utf8"), "ENOENT"))?.trim() ?? "";
  const api = async (): Promise<Api> => new Api(connection, ownProject(await serverId()), timeoutMs);
  const list = async () =>
    await (await api()).get(instancesSchema, "/1.0/instances", { query: { recursion: "1" } });
  try {
    return await work({
      driver: "incus",
      ...micro,
      environment: {},
      words: ["--engine-url", `unix:${socket}`],
      containers: async () => {
        const names = new InstanceNames(await serverId());
        return (await list()).flatMap(({ name }) => names.idOf(name) ?? []);
      },
      limits: async (id) => {
        const name = new InstanceNames(await serverId()).of(id);
        const found = (await list()).find((instance) => instance.name === name);
        return JSON.stringify([found?.config["limits.memory"], found?.devices["root"]]);
      },
      traces: async () => {
        const images = await (await api()).get(imagesSchema, "/1.0/images", { query: { recursion: "1" } });
        return [
          ...(await list()).map(({ name }) => `instance ${name}`),
          ...images.map(({ fingerprint }) => `image ${fingerprint}`),
        ];
      },
    });
  } finally {
    await connection.close();
    await cluster.end();
    await rm(lxd, { recursive: true, force: true });
  }
}
