import { writeFileSync } from "node:fs";
import { hasErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";
import { namingFileSystem } from "../../support/files/file-system-fault";
import type { ContainerFile, ContainerSpec, MadeContainer } from "../driver";
import { kernelHostname } from "../kernel-hostname";
import { filesForServers } from "../ssh-server";
import { broadcastAddress, configurationText, hostsPath, hostsTarget } from "./configuration/configuration";
import { deviceFile, sharedDevices } from "./devices";
import type { Engine } from "./engine";
import { makePassable } from "./files/folder";
import { makeLayer } from "./files/layer";
import { NewLayer } from "./files/new-layer";
import { makeOwnHosts } from "./hosts/own-hosts";
import type { FilesOfContainer, StoredImage } from "./images/store";
import { nameServerFile } from "./name-servers";
import { closedGroupName } from "./network/isolation/groups";
import type { ContainerPlace } from "./place";
import { writeLimits } from "./resize";

interface Parts {
  readonly container: ContainerPlace;
  readonly image: StoredImage;
  readonly filesOfImage: FilesOfContainer;
}

/**
 * Creates a stopped container. It writes a few small files, and starts a process only where the file system can limit the
 * disk of a container.
 *
 * @throws MccError `conflict` if the id is taken, `not-found` if the image does not exist.
 */
export async function createContainer(engine: Engine, spec: ContainerSpec): Promise<MadeContainer> {
  const image = await engine.images.get(spec.image);
  const filesOfImage = await engine.images.filesOf(image);
  const container = engine.place.container(spec.id);
  // A failed write into an open file has no path.
  await namingFileSystem(container.folder, () =>
    writeContainer(engine, spec, { container, image, filesOfImage }),
  );
  return { hasSshServer: image.hasSshServer };
}

async function writeContainer(
  engine: Engine,
  spec: ContainerSpec,
  { container, image, filesOfImage }: Parts,
): Promise<void> {
  const { place, network, images, confinement, groups } = engine;
  const { systemd, sshServers } = image;
  const rootfs = images.rootfs(spec.image);
  makeFolder(container);
  writeFileSync(container.uid, spec.uid);
  await engine.disk.makeLayer(container.layer, spec.type);
  makeLayer(container);
  writeLimits(engine, container, spec.type);
  const devices = sharedDevices.map((device) => ({ file: deviceFile(place, device), path: device.path }));
  const setting = { rootfs, systemd, confinement, devices };
  engine.neighbours.expect(spec.id, spec);
  groups.join(container, spec.unclaimed === true ? closedGroupName : spec.networkGroup);
  const cable = groups.cableOf(container);
  writeFileSync(container.configuration, configurationText(container, cable, spec, network, setting));
  await engine.firewall.admit(container, spec);
  const layer = new NewLayer({ delta: container.delta, rootfs });
  const address = {
    ipAddress: spec.ipAddress,
    prefixLength: network.prefixLength,
    broadcast: broadcastAddress(network),
    gateway: network.gateway,
  };
  layer.write([
    ...filesOfImage(address),
    ...systemFiles(spec),
    nameServerFile(container, spec.nameservers),
    ...(systemd ? systemdFiles : []),
    ...filesForServers(spec.files, sshServers),
  ]);
  if (spec.hosts !== undefined) {
    engine.hostsFiles.written(container.id, makeOwnHosts(container.hosts, spec.hosts()));
    layer.link(hostsPath, hostsTarget);
  }
}

/** Returns the files that tell a host its name and its network. */
export function systemFiles({
  hostname,
  ipAddress,
  hosts,
}: Pick<ContainerSpec, "hostname" | "ipAddress" | "hosts">): ContainerFile[] {
  const [label = hostname] = hostname.split(".");
  const names = label === hostname ? hostname : `${hostname} ${label}`;
  return [
    text("/etc/hostname", [kernelHostname(hostname)]),
    ...(hosts === undefined
      ? [text(hostsPath, ["127.0.0.1 localhost", `${ipAddress} ${names}`, "::1 localhost ip6-localhost"])]
      : []),
  ];
}

/** An empty file masks a unit. This unit fails in every container. */
const systemdFiles = [text("/etc/systemd/system/sys-kernel-debug.mount", [])];

function text(path: string, lines: readonly string[]): ContainerFile {
  return { path, content: Buffer.from(lines.map((line) => `${line}\n`).join("")), mode: 0o644 };
}

function makeFolder({ id, folder }: ContainerPlace): void {
  try {
    makePassable(folder);
  } catch (error) {
    throw hasErrno(error, "EEXIST")
      ? new MccError("conflict", `Container ${id} exists already; destroy it first.`, { cause: error })
      : error;
  }
}
