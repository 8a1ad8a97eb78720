import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../protocol/errno";
import { readHierarchies } from "../../server/driver/lxc/cgroups/hierarchies";
import { requireProgram } from "../../server/driver/lxc/commands/programs";
import { Place } from "../../server/driver/lxc/place";
import { tracesOf } from "../../test/support/lxc/traces";
import type { Host } from "./host";
import { withMicroImage } from "./micro-image";

/** A host with real containers of the image `micro`. */
export async function withLxcHost<T>(folder: string, work: (host: Host) => Promise<T>): Promise<T> {
  const micro = await withMicroImage(folder);
  const state = join(folder, "state");
  // With another lxc-start than the system's, each start is a command of the daemon, which can be made to fail.
  const programs = join(folder, "programs");
  await mkdir(programs);
  await symlink(requireProgram("lxc-start"), join(programs, "lxc-start"));
  const place = async (): Promise<Place> =>
    new Place(join(state, "lxc"), (await readFile(join(state, "server-id"), "utf8")).trim());
  return await work({
    driver: "lxc",
    ...micro,
    environment: { PATH: `${programs}:${process.env["PATH"] ?? ""}` },
    containers: async () => {
      const names = (await unlessErrno(readdir((await place()).containers), "ENOENT")) ?? [];
      const at = await place();
      return names.map((name) => at.idOf(name)).filter((id) => id !== undefined);
    },
    limits: async (id) => {
      const { limits, name } = (await place()).container(id);
      const { unified, old } = await readHierarchies();
      const memory = old.find(({ controllers }) => controllers.includes("memory"))?.folder;
      const cgroup = join(memory ?? unified, `lxc.payload.${name}`);
      const now = join(cgroup, memory === undefined ? "memory.max" : "memory.limit_in_bytes");
      return `${await readFile(limits, "utf8")}${await readFile(now, "utf8")}`;
    },
    traces: async () => await tracesOf(await place()),
  });
}
