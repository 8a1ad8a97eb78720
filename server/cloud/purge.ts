import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../protocol/errno";
import { MccError, messageOf } from "../../protocol/error";
import type { Container } from "../driver/driver";
import { type DriverName, driverNames } from "../driver/load";
import { removeAroundMounts } from "../support/files/remove-tree";
import { limitDriver } from "./limited-driver";
import { type CloudOptions, openDriver } from "./open-cloud";
import { planNetwork } from "./reservations/address-range";
import { DamagedFiles } from "./state/damaged-files";
import { refuseForeignFolder } from "./state/folder";
import { refuseNewerFormat } from "./state/format";
import { openIdentity } from "./state/identity";
import { LateWrites } from "./state/late-writes";
import { acquireStateLock } from "./state/lock";

/**
 * Destroys every instance of a state folder and removes everything that its daemon created on this host: bridge, firewall
 * rules, images, the folder itself. A missing folder is success.
 *
 * @returns false if there was no such folder.
 * @throws MccError of an instance that cannot be destroyed, which names all of those: the others are gone, and the folder
 * stays; `conflict` while a daemon uses the folder, or when it is not a daemon's folder, other users could put
 * files into it, or a newer release wrote it.
 */
export async function purgeCloud(options: CloudOptions): Promise<boolean> {
  const entries = await unlessErrno(readdir(options.stateFolder), "ENOENT");
  if (entries === undefined) {
    return false;
  }
  await refuseForeignFolder(options.stateFolder);
  const damaged = new DamagedFiles(options.stateFolder, options.log);
  await damaged.requireFile(join(options.stateFolder, "lock"));
  const lock = await acquireStateLock(options.stateFolder);
  const lateWrites = new LateWrites(options.log);
  try {
    await refuseNewerFormat(options.stateFolder);
    const { serverId } = await openIdentity(options.stateFolder, damaged, lateWrites);
    // Nothing is written any more, because everything is removed.
    lateWrites.close();
    for (const name of driverNames.filter((driverName) => entries.includes(driverName))) {
      await damaged.requireFolder(join(options.stateFolder, name));
      await purgeDriver(name, options, serverId);
    }
    // Mounts in it belong to the operator.
    await removeAroundMounts(options.stateFolder);
  } finally {
    await lock.release();
  }
  return true;
}

async function purgeDriver(name: DriverName, options: CloudOptions, serverId: string): Promise<void> {
  const plan = planNetwork(options.range, options.nat);
  const driver = limitDriver(await openDriver(name, options, { serverId, plan }));
  const containers = await driver.list();
  const ends = await Promise.allSettled(containers.map(({ id }) => driver.destroy(id)));
  const left = containers.flatMap((container, index) => {
    const end = ends[index];
    return end?.status === "rejected" ? [{ container, reason: end.reason as unknown }] : [];
  });
  await driver.close();
  refuseLeft(left, containers.length, options.stateFolder);
  await driver.purge();
}

interface Left {
  readonly container: Container;
  readonly reason: unknown;
}

/** @throws MccError with the code of the first failure, which names all containers that are left. */
function refuseLeft(left: readonly Left[], count: number, stateFolder: string): void {
  const [first] = left;
  if (first === undefined) {
    return;
  }
  const ids = left.map(({ container: { id, member } }) => (member === undefined ? id : `${id} on ${member}`));
  throw MccError.reword(
    first.reason,
    `${left.length} of ${count} instances could not be destroyed (${ids.join(", ")}), and ${stateFolder} stays; remove the cause, and repeat --purge: ${messageOf(first.reason)}`,
    "engine",
  );
}
