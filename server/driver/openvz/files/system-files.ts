import type { ContainerFile } from "../../driver";
import { hostsTextWith } from "../../hosts-text";
import { kernelHostname } from "../../kernel-hostname";
import type { RootFiles } from "../root-work/root-files";

export const hostsPath = "/etc/hosts";
const nameServerPath = "/etc/resolv.conf";
/** A larger file is none that a person or a tool maintains. */
export const mostHostsBytes = 1024 * 1024;

/** The properties of a container that are in files which vzctl's scripts write where they can enter the container. */
export interface SystemSettings {
  readonly hostname: string;
  readonly nameservers: readonly string[];
  /** The name servers that the container got before. Default: none. */
  readonly formerNameservers?: readonly string[];
}

/** Returns the files to write into the root folder of a container that does not run; empty if it has them already. */
export async function systemFilesFor(root: RootFiles, settings: SystemSettings): Promise<ContainerFile[]> {
  const files: ContainerFile[] = [];
  const hostname = `${kernelHostname(settings.hostname)}\n`;
  if (settings.hostname !== "" && (await textAt(root, "/etc/hostname")) !== hostname) {
    files.push(textFile("/etc/hostname", hostname));
  }
  const nameservers = textOf(settings.nameservers);
  const current = (await textAt(root, nameServerPath)) ?? "";
  // A container that changed its file itself keeps it.
  const isOurs = current.trim() === "" || current === textOf(settings.formerNameservers ?? []);
  if (nameservers !== "" && current !== nameservers && isOurs) {
    files.push(textFile(nameServerPath, nameservers));
  }
  return files;
}

/**
 * Returns the hosts file of a container with these lines as the daemon's.
 *
 * @param before the text of the file; undefined if there is none.
 * @returns undefined if the file is as wanted.
 */
export function hostsFileWith(
  before: string | undefined,
  lines: readonly string[],
): ContainerFile | undefined {
  const after = hostsTextWith(before ?? "", lines);
  return after === before ? undefined : textFile(hostsPath, after);
}

/** Replaces the daemon's block in the hosts file of a container that does not run. */
export async function setHostsInRoot(root: RootFiles, lines: readonly string[]): Promise<void> {
  const file = hostsFileWith(await textAt(root, hostsPath), lines);
  await root.write(file === undefined ? [] : [file]);
}

async function textAt(root: RootFiles, path: string): Promise<string | undefined> {
  const content = await root.read(path, mostHostsBytes);
  return content?.toString("latin1");
}

function textOf(nameservers: readonly string[]): string {
  return nameservers.map((address) => `nameserver ${address}\n`).join("");
}

function textFile(path: string, text: string): ContainerFile {
  return { path, content: Buffer.from(text, "latin1"), mode: 0o644 };
}
