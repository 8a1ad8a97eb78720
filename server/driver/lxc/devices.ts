import { chmod, chown, lstat, open, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { hasErrno, unlessErrno } from "../../../protocol/errno";
import { messageOf } from "../../../protocol/error";
import { commands, containerRoot } from "./commands/command";
import type { Engine } from "./engine";
import { ensurePassable } from "./files/folder";
import type { Place } from "./place";

/** A device of the host's kernel that is safe in a user namespace, and that every container has. */
interface SharedDevice {
  readonly name: string;
  /** Its path in the host and in containers. */
  readonly path: string;
  readonly major: number;
  readonly minor: number;
}

export const sharedDevices: readonly SharedDevice[] = [
  { name: "tun", path: "/dev/net/tun", major: 10, minor: 200 },
  { name: "fuse", path: "/dev/fuse", major: 10, minor: 229 },
];

/** Returns the file that containers have in the place of a device. */
export function deviceFile({ devices }: Pick<Place, "devices">, { name }: SharedDevice): string {
  return join(devices, name);
}

/**
 * Creates the devices for the containers, which belong to the containers' root: the host's own are often for its root
 * alone. Where no device can be created or used, containers get the host's, if it exists.
 */
export async function openDevices(engine: Engine): Promise<void> {
  await ensurePassable(engine.place.devices);
  for (const device of sharedDevices) {
    const file = deviceFile(engine.place, device);
    try {
      await makeDevice(engine, file, device);
    } catch (error) {
      engine.log.debug({ device: device.path, reason: messageOf(error) }, "containers get the host's device");
      await rm(file, { force: true });
      await symlink(device.path, file);
    }
  }
}

async function makeDevice({ runner }: Engine, file: string, device: SharedDevice): Promise<void> {
  const found = await unlessErrno(lstat(file), "ENOENT");
  if (found?.isCharacterDevice() !== true) {
    await rm(file, { force: true });
    await runner.run(commands.makeDevice(file, device));
    await chown(file, containerRoot, containerRoot);
    await chmod(file, 0o666);
  }
  await loadDriver(file);
}

/**
 * Opens the device, so that the kernel loads its module: it does not for a container.
 *
 * @throws the error EACCES on a file system whose devices are not used (`nodev`).
 */
async function loadDriver(file: string): Promise<void> {
  try {
    await (await open(file, "r+")).close();
  } catch (error) {
    if (hasErrno(error, "EACCES", "EPERM")) {
      throw error;
    }
  }
}
