import { join } from "node:path";
import { hasErrno } from "../../../protocol/errno";
import { asFileSystemFault } from "../../support/files/file-system-fault";
import { isFolder } from "../../support/files/make-folder";
import { removeAroundMounts, removeTree } from "../../support/files/remove-tree";
import { isInside } from "../../support/ordinary-user";
import { monitorsOthers } from "./cgroups/monitor";
import { commands } from "./commands/command";
import { processes } from "./commands/processes";
import { confinementGaps } from "./configuration/confinement";
import { openDevices } from "./devices";
import type { Engine } from "./engine";
import { ensureGuarded, ensurePassable, entriesOf, removeEmpty } from "./files/folder";
import { hasOverlay } from "./images/overlay";
import { sharedIdGaps } from "./images/shared-ids";
import {
  giveUpKernelLimits,
  type KernelLimitUser,
  leaveKernelLimits,
  useKernelLimits,
} from "./kernel/kernel-limit-users";
import { lowKernelLimits } from "./kernel/kernel-limits";
import { openBridge } from "./network/bridge";
import { tellOfRunning } from "./network/tell-of";

/** Creates what the containers share. Repeatable. */
export async function openHost(engine: Engine): Promise<void> {
  const { place, runner, bridges, namespace, cgroups, images, confinement, log, timeoutMs } = engine;
  confinementGaps(confinement).forEach((gap) => log.warn({}, gap));
  (await sharedIdGaps()).forEach((gap) => log.warn({}, gap));
  for (const folder of [place.folder, place.containers, place.images]) {
    if (await haveFolder(engine, folder)) {
      await ensureGuarded(folder);
    }
  }
  await haveFolder(engine, place.engineConfiguration);
  await withoutRoom(engine, "the remains of images", () => images.clear());
  await clearQuotaGroups(engine);
  await withoutRoom(engine, "the devices of containers", () => openDevices(engine));
  if ((await hasOverlay()) === "module") {
    await runner.run(commands.loadModule("overlay"));
  }
  if (isInside()) {
    (await lowKernelLimits()).forEach(({ lacking, remedy }) => log.warn({}, `${lacking}; ${remedy}`));
  } else {
    await withoutRoom(engine, "the kernel limits", () => useKernelLimits(limitUser(engine), log));
  }
  await openBridge(engine);
  await bridges.repair();
  await engine.firewall.open();
  await tellOfRunning(engine);
  // Last, so that nothing stays open if any of the others fails.
  await namespace.open(place, cgroups.hierarchies, timeoutMs);
  await engine.starter.open(namespace.through());
}

/** Those of containers that were removed: btrfs keeps them, and does not let them go before all files are freed. */
async function clearQuotaGroups({ diskSupport, runner, log }: Engine): Promise<void> {
  if ("method" in diskSupport && diskSupport.method === "subvolumes") {
    await runner.run(commands.clearQuotaGroups(diskSupport.mount.point)).catch((error: unknown) => {
      log.debug({ err: error }, "quota groups of removed containers are left");
    });
  }
}

/** Ends what `openHost` keeps open. Containers continue to run. */
export async function closeHost(engine: Engine): Promise<void> {
  engine.chatter.close();
  // Nobody listens at the port any more.
  await engine.firewall.closePort(undefined).catch((error: unknown) => {
    engine.log.warn({ err: error }, "the firewall's rule for the daemon's port is left until the next start");
  });
  engine.hostsFiles.close();
  await engine.shells.close();
  await engine.neighbours.close();
  await engine.cables.close();
  await engine.setChanges.close();
  await engine.starter.close();
  await engine.namespace.close();
  if (!isInside()) {
    await withoutRoom(engine, "the kernel limits", () => leaveKernelLimits(limitUser(engine)));
  }
}

/** Removes what `openHost` created, and what LXC leaves on the host after its last container. */
export async function purgeHost(engine: Engine): Promise<void> {
  const { place, bridges, chatter, firewall, neighbours, namespace, cgroups, log } = engine;
  await engine.starter.close();
  await namespace.close();
  chatter.close();
  engine.hostsFiles.close();
  await engine.shells.close();
  await neighbours.close();
  await engine.cables.close();
  await engine.setChanges.close();
  await firewall.remove();
  await bridges.remove();
  if (!isInside() && !(await giveUpKernelLimits(limitUser(engine), log))) {
    log.warn(
      {},
      "the kernel's limits stay raised because other daemons or containers on this host need them",
    );
  }
  await removeEmpty(place.lockFolder, isInside() ? "/run/lxc/lock" : "/run/lxc");
  await cgroups.removePivots();
  for (const folder of [place.containers, place.images]) {
    for (const entry of entriesOf(folder)) {
      await removeTree(join(folder, entry));
    }
  }
  await removeAroundMounts(place.folder);
}

/** @returns false if the file system refuses the folder, or if its place has something else that is not removed. */
async function haveFolder(engine: Engine, folder: string): Promise<boolean> {
  if (await engine.requireFolder(folder)) {
    return true;
  }
  await withoutRoom(engine, `the folder ${folder}`, async () => {
    await ensurePassable(folder);
  });
  return await isFolder(folder);
}

/** Does work that containers do not need. Logs it if a file system refuses it. */
async function withoutRoom({ log }: Engine, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!hasErrno(error, "ENOSPC", "EDQUOT", "EROFS", "ENOTDIR", "EEXIST")) {
      throw error;
    }
    log.warn({ err: asFileSystemFault(error) }, `${what}: left as it is until the next start`);
  }
}

function limitUser({ place }: Engine): KernelLimitUser {
  return {
    name: place.bridge,
    formerMarksFile: place.formerKernelLimitsMark,
    othersRun: async () => monitorsOthers(await processes(), place),
  };
}
