import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Turns } from "../../../support/concurrency/turns";
import { rootfsIn, withOwnHosts } from "../configuration/configuration";
import type { Engine } from "../engine";
import type { ContainerPlace } from "../place";
import { isLinkReplaced, restoreLinkInLayer, restoreLinkInside } from "./hosts-link";
import { makeOwnHosts, replaceBlock } from "./own-hosts";

/**
 * Replaces the daemon's block in a container's hosts file. If a program inside replaced the link /etc/hosts by a file, that
 * file becomes the hosts file.
 *
 * A container of release 0.1.0 has a file that it shares and cannot change. From its next start on, it has its own.
 *
 * @param turns of the changes to containers.
 */
export async function setHosts(
  engine: Engine,
  turns: Turns<number>,
  container: ContainerPlace,
  lines: readonly string[],
): Promise<void> {
  const runs = isLinkReplaced(container.delta) && (await engine.cgroups.isAlive(container.name));
  if (runs) {
    await restoreLinkInside(engine, container);
  }
  await turns.take(container.id, () => {
    if (!existsSync(container.configuration)) {
      // It was destroyed in the meantime.
      return Promise.resolve();
    }
    if (existsSync(container.hosts)) {
      restoreIfStopped(container, runs);
      replaceBlock(container.hosts, lines);
    } else {
      changeToOwn(container, lines);
    }
    return Promise.resolve();
  });
}

function restoreIfStopped(container: ContainerPlace, runs: boolean): void {
  if (!runs && isLinkReplaced(container.delta)) {
    const rootfs = rootfsIn(readFileSync(container.configuration, "utf8"));
    restoreLinkInLayer(container, { delta: container.delta, rootfs });
  }
}

function changeToOwn(container: ContainerPlace, lines: readonly string[]): void {
  const { configuration, hosts } = container;
  const before = readFileSync(configuration, "utf8");
  const after = withOwnHosts(before, hosts);
  if (after === before) {
    return;
  }
  makeOwnHosts(hosts, lines);
  writeFileSync(`${configuration}.new`, after);
  renameSync(`${configuration}.new`, configuration);
}
