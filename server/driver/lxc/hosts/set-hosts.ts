import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { Turns } from "../../../support/concurrency/turns";
import { rootfsIn, withOwnHosts } from "../configuration/configuration";
import type { Engine } from "../engine";
import type { ContainerPlace } from "../place";
import { isLinkReplaced } from "./etc-folder";
import { makeOwnHosts, replaceBlock } from "./own-hosts";
import { restoreLinkInLayer, restoreLinkInside } from "./restore-hosts-link";

/** What else happens to the containers. */
export interface OtherWork {
  /** The turns of the changes to containers. A stop takes as long as the container needs to shut down. */
  readonly turns: Turns<number>;
  /** Whether the container is being destroyed. */
  readonly isDestroyed: (id: number) => boolean;
}

/**
 * Replaces the daemon's block in a container's hosts file. If a program inside replaced the link /etc/hosts by a file, that
 * file becomes the hosts file.
 *
 * A container of release 0.1.0 has a file that it shares and cannot change. From its next start on, it has its own.
 */
export async function setHosts(
  engine: Engine,
  { turns, isDestroyed }: OtherWork,
  container: ContainerPlace,
  lines: readonly string[],
): Promise<void> {
  if (isLinkReplaced(container.delta)) {
    await restoreLink(engine, turns, container);
  }
  // The rest is synchronous and takes no turn: no destroy can begin in between.
  if (isDestroyed(container.id)) {
    return;
  }
  if (existsSync(container.hosts)) {
    engine.hostsFiles.written(container.id, replaceBlock(container.hosts, lines));
  } else {
    changeToOwn(container, lines);
  }
}

async function restoreLink(engine: Engine, turns: Turns<number>, container: ContainerPlace): Promise<void> {
  const isAlive = (): Promise<boolean> => engine.cgroups.isAlive(container.name);
  if (await isAlive()) {
    await restoreLinkInside(engine, container);
    return;
  }
  await turns.take(container.id, async () => {
    if (existsSync(container.hosts) && !(await isAlive())) {
      const rootfs = rootfsIn(readFileSync(container.configuration, "utf8"));
      restoreLinkInLayer(container, { delta: container.delta, rootfs });
    }
  });
}

function changeToOwn({ configuration, hosts }: ContainerPlace, lines: readonly string[]): void {
  const before = readFileSync(configuration, "utf8");
  const after = withOwnHosts(before, hosts);
  if (after === before) {
    return;
  }
  try {
    makeOwnHosts(hosts, lines);
    writeFileSync(`${configuration}.new`, after);
    renameSync(`${configuration}.new`, configuration);
  } catch (error) {
    // A later try would take the folder for one that the configuration names.
    rmSync(hosts, { recursive: true, force: true });
    throw error;
  }
}
