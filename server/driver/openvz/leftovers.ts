import { readdir, readlink, rm, rmdir, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { unlessErrno } from "../errno";
import { readVariables } from "./configuration-file";
import { exists, type HostConfiguration } from "./host";
import { parseMetadata } from "./metadata";

/** Who a leftover belongs to. */
export interface Owner {
  readonly serverId: string;
  readonly id: number;
}

/**
 * Removes what `destroy` leaves of a container: its configuration under another name, links of its name, an
 * empty mount point.
 */
export async function removeRemains(host: HostConfiguration, ctid: string): Promise<void> {
  const files = (await entriesOf(host.containerFolder)).filter(
    (file) => file.startsWith(`${ctid}.`) && file.endsWith(".destroyed"),
  );
  await Promise.all(files.map((file) => rm(join(host.containerFolder, file), { force: true })));
  await removeStaleNames(host, ctid);
  await removeEmptyFolder(host.root(ctid));
}

/** Removes what a `create` leaves that was killed: the private area, finished or not. */
export async function removeHalfMadeFiles(host: HostConfiguration, ctid: string): Promise<void> {
  const privateArea = host.privateArea(ctid);
  await Promise.all(
    [privateArea, `${privateArea}.tmp`].map((path) => rm(path, { recursive: true, force: true })),
  );
}

/** The engine's id of a container whose `destroy` was killed after it had gone from the list. */
export async function findDestroyed(host: HostConfiguration, owner: Owner): Promise<string | undefined> {
  const suffix = ".conf.destroyed";
  for (const file of (await entriesOf(host.containerFolder)).filter((name) => name.endsWith(suffix))) {
    const variables = await readVariables(join(host.containerFolder, file));
    const metadata = parseMetadata(variables?.get("DESCRIPTION"));
    if (metadata?.serverId === owner.serverId && metadata.id === owner.id) {
      return file.slice(0, -suffix.length);
    }
  }
  return undefined;
}

/** A name is a symbolic link to the configuration. */
async function removeStaleNames(host: HostConfiguration, ctid: string): Promise<void> {
  if (await exists(host.containerConfiguration(ctid))) {
    return;
  }
  for (const name of await entriesOf(host.nameFolder)) {
    const path = join(host.nameFolder, name);
    // Another container's command may remove its own meanwhile.
    const target = await unlessErrno(readlink(path), "EINVAL", "ENOENT");
    if (target !== undefined && basename(target) === `${ctid}.conf`) {
      await unlessErrno(unlink(path), "ENOENT");
    }
  }
}

/** One that is not empty, or in use, is not ours to judge. */
async function removeEmptyFolder(path: string): Promise<void> {
  await unlessErrno(rmdir(path), "ENOENT", "ENOTEMPTY", "EEXIST", "EBUSY");
}

async function entriesOf(folder: string): Promise<string[]> {
  return (await unlessErrno(readdir(folder), "ENOENT")) ?? [];
}
