import type { ContainerFile, ContainerSpec, Network } from "../../driver";
import { newHostsText } from "../../hosts-text";
import { kernelHostname } from "../../kernel-hostname";
import { routeOf } from "../devices";
import { filesOfImage } from "../images/image-files";
import type { StoredImage } from "../images/store";
import type { EngineSettings } from "../settings";

export const hostNamePath = "/etc/hostname";
export const hostsPath = "/etc/hosts";
export const nameServersPath = "/etc/resolv.conf";

/** Returns the files of a new instance. */
export function filesOf(
  spec: ContainerSpec,
  image: StoredImage,
  settings: EngineSettings,
  network: Network,
): ContainerFile[] {
  const { ipAddress } = spec;
  return [...filesOfImage(image.found, { ipAddress, ...routeOf(settings, network) }), ...filesOfOwner(spec)];
}

/** Returns the files that tell an instance its name and its network. Those of the specification are the last. */
export function filesOfOwner({
  hostname,
  ipAddress,
  hosts,
  nameservers,
  files,
}: Pick<ContainerSpec, "hostname" | "ipAddress" | "hosts" | "nameservers" | "files">): ContainerFile[] {
  const [label = hostname] = hostname.split(".");
  const names = label === hostname ? hostname : `${hostname} ${label}`;
  const hostsText =
    hosts === undefined
      ? `127.0.0.1 localhost\n${ipAddress} ${names}\n::1 localhost ip6-localhost\n`
      : newHostsText(hosts());
  return [
    text(hostNamePath, `${kernelHostname(hostname)}\n`),
    text(hostsPath, hostsText),
    text(nameServersPath, nameServersText(nameservers)),
    ...files,
  ];
}

export function nameServersText(nameservers: readonly string[]): string {
  return nameservers.map((nameserver) => `nameserver ${nameserver}\n`).join("");
}

export function text(path: string, content: string): ContainerFile {
  return { path, content: Buffer.from(content), mode: 0o644 };
}
