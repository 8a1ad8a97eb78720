import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { execa } from "execa";
import { readHierarchies } from "../../../server/driver/lxc/cgroups/hierarchies";
import { processes } from "../../../server/driver/lxc/commands/processes";
import type { Place } from "../../../server/driver/lxc/place";

/** Returns all traces of one driver on this host: interfaces, rules, cgroups, processes, mounts, files. */
export async function tracesOf(place: Place): Promise<string[]> {
  const found = await Promise.all([
    interfaces(),
    tables(),
    cgroups(place),
    processesOf(place),
    mounts(place),
  ]);
  return [...found.flat(), ...files(place)];
}

/** Returns the interfaces of all drivers in the network namespace, which belongs to the test run. */
export async function interfaces(): Promise<string[]> {
  return (await readdir("/sys/class/net")).filter((name) => name.startsWith("mc"));
}

async function tables(): Promise<string[]> {
  const { stdout } = await execa("nft", ["list", "tables"]);
  return stdout.split("\n").filter((line) => line.includes("minicloud"));
}

/** Returns the cgroups of the driver's containers. */
export async function cgroups(place: Place): Promise<string[]> {
  const { unified, old } = await readHierarchies();
  const folders = [unified, ...old.map(({ folder }) => folder)];
  const entries = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((entry) => ({ folder, entry }))),
  );
  return entries
    .flat()
    .filter(({ entry }) => place.idOf(entry.replace(/^lxc\.(payload|monitor)\./, "")) !== undefined)
    .map(({ folder, entry }) => `${folder}/${entry}`);
}

/** Returns the commands of the processes that name the driver's folder. */
export async function processesOf(place: Place): Promise<string[]> {
  return (await processes())
    .map(({ words }) => words.join(" "))
    .filter((command) => command.includes(place.folder));
}

/** Returns the mounts below the driver's folder. */
export async function mounts(place: Place): Promise<string[]> {
  const mountinfo = await readFile("/proc/self/mountinfo", "utf8");
  return mountinfo.split("\n").filter((line) => line.includes(place.folder));
}

function files(place: Place): string[] {
  return [place.folder, place.lockFolder].filter((path) => existsSync(path));
}
