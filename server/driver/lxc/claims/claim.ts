import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { removeFile } from "../../../support/files/remove-file";
import type { ContainerClaim, ContainerFile } from "../../driver";
import { kernelHostname } from "../../kernel-hostname";
import { payloadPrefix } from "../cgroups/cgroups";
import { readConfiguration, withClaim } from "../configuration/configuration";
import { systemFiles } from "../create";
import type { Engine } from "../engine";
import { writeFiles } from "../files";
import { rewriteBlock } from "../hosts/own-hosts";
import { applyLimits } from "../limits";
import { nameServerFile, namesServers } from "../name-servers";
import type { ContainerPlace } from "../place";
import { hasLimits, writeLimits } from "../resize";
import type { PreparedContainer } from "./prepared-container";

/**
 * Gives a container its owner's properties while it runs: all that a create would have given it.
 *
 * What the container does not have at its next start either is in its configuration. What only runs now is changed in
 * place: the kernel's host name and limits, and the name of the cable, which decides which other containers it reaches.
 */
export async function claimContainer(
  engine: Engine,
  container: ContainerPlace,
  prepared: PreparedContainer,
  as: ContainerClaim,
): Promise<void> {
  prepared.requireOpen();
  const hostname = kernelHostname(as.hostname);
  const configuration = readFileSync(container.configuration, "utf8");
  const named = prepared.setHostName(hostname);
  const moved = moveToGroup(engine, container, as, configuration);
  const resized = limit(engine, container, as);
  // A promise too: if it threw here, no one would handle the failures of the others.
  const rewritten = Promise.resolve().then(() => prepared.rewrite(filesOf(container, as, configuration)));
  const [left] = await Promise.all([rewritten, named, moved, resized]);
  if (as.hosts !== undefined) {
    // Last, so that it has the names of instances that are claimed at the same time.
    engine.hostsFiles.written(container.id, rewriteBlock(container.hosts, as.hosts()));
  }
  if (left.length > 0) {
    await writeFiles(engine, container, left);
  }
}

function addressesIn(configuration: string): { ipAddress: string; ipv6Address: string | undefined } {
  const { ipAddress = "", ipv6Address } = readConfiguration(configuration);
  return { ipAddress, ipv6Address };
}

/** Neither type limits the disk: see `Claims.accepts`. */
async function limit(engine: Engine, container: ContainerPlace, { type }: ContainerClaim): Promise<void> {
  if (!hasLimits(engine, container, type)) {
    writeLimits(engine, container, type);
    await applyLimits(type, engine.cgroups.hierarchies, payloadPrefix + container.name);
  }
}

function filesOf(container: ContainerPlace, as: ContainerClaim, configuration: string): ContainerFile[] {
  const { ipAddress } = addressesIn(configuration);
  return [
    ...systemFiles({ ...as, ipAddress }),
    ...(namesServers(container, as.nameservers) ? [] : [nameServerFile(container, as.nameservers)]),
    ...as.files,
  ];
}

/** Until the rename, the container reaches no other. */
async function moveToGroup(
  { groups, firewall, chatter, cables }: Engine,
  container: ContainerPlace,
  { hostname, networkGroup }: ContainerClaim,
  configuration: string,
): Promise<void> {
  const before = groups.cableOf(container);
  if (networkGroup === undefined) {
    removeFile(container.networkGroup);
  }
  groups.join(container, networkGroup);
  const cable = groups.cableOf(container);
  writeFileSync(container.configuration, withClaim(configuration, { cable, hostname }));
  await firewall.admit(container, addressesIn(configuration));
  if (!existsSync(`/sys/class/net/${cable}`)) {
    await cables.rename(before, cable);
  }
  chatter.ended(before);
  chatter.started(cable);
}
