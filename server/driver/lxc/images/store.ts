import { randomBytes } from "node:crypto";
import { lchown, lstat, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { z } from "zod";
import { hasErrno, unlessErrno } from "../../../../protocol/errno";
import { MccError } from "../../../../protocol/error";
import { type Image, imageSchema } from "../../../../protocol/methods/image";
import { type ArchiveFile, withArchive } from "../../../support/archives/file";
import { inspectArchive } from "../../../support/archives/inspect";
import { ArchiveInspection } from "../../../support/archives/inspection";
import type { ArchiveLimits } from "../../../support/archives/limits";
import { readKeptJson } from "../../../support/files/kept-file";
import { resolveInRoot } from "../../../support/files/path-in-root";
import { removeTree } from "../../../support/files/remove-tree";
import { syncFolder } from "../../../support/files/sync";
import { UnchangedFiles } from "../../../support/files/unchanged-files";
import type { ContainerFile, DriverLog, DriverOptions } from "../../driver";
import { sshServerNames, sshServersIn } from "../../ssh-server";
import { commands, containerRoot, deviceFolder, idCount } from "../commands/command";
import type { CommandRunner } from "../commands/runner";
import { entriesOf, makePassable } from "../files/folder";
import { dhcpClientFiles, type GivenAddress } from "../network/dhcp-clients";
import type { Place } from "../place";
import { machineIdFiles, machineIdPathsIn } from "./machine-id";
import { unpackingFailure } from "./tarball";

const storedImageSchema = imageSchema.extend({
  systemd: z.boolean(),
  /** The first release did not store it. */
  hasSshServer: z.boolean().default(true),
  /** Images that an earlier release imported do not have it. */
  sshServers: z.array(z.enum(sshServerNames)).optional(),
});
export type StoredImage = z.infer<typeof storedImageSchema>;

/** The buffer of an archive between its inspection and tar. */
const passingBytes = 1024 * 1024;

/** The files that a root file system must have, with their purpose. */
const required = [
  { path: "/sbin/init", purpose: "the container's first process" },
  { path: "/bin/sh", purpose: "with which commands and files get into the container" },
] as const;

/** The images on disk: one folder each, with the unpacked root file system and a metadata file. */
export class ImageStore {
  /** The contents of the images that containers were created from. */
  readonly #contents = new Map<
    string,
    { readonly createdAt: string; readonly files: Promise<FilesOfContainer> }
  >();
  /** Each create reads the metadata of its image more than once. */
  readonly #metadataFiles = new UnchangedFiles<StoredImage>();
  /** The folders that this process is filling. */
  readonly #filling = new Set<string>();

  constructor(
    private readonly place: Place,
    private readonly runner: CommandRunner,
    private readonly unpackTimeoutMs: number,
    private readonly log: DriverLog,
    private readonly reportDamage?: DriverOptions["reportDamage"],
  ) {}

  rootfs(name: string): string {
    return join(this.place.images, name, "rootfs");
  }

  async list(): Promise<Image[]> {
    const entries = entriesOf(this.place.images);
    const images = await Promise.all(
      entries.filter((entry) => !isPassing(entry)).map((entry) => this.#read(entry)),
    );
    return images.flatMap((image) => (image === undefined ? [] : [imageSchema.parse(image)]));
  }

  /** Returns an image. @throws MccError `not-found` that lists the existing images. */
  async get(name: string): Promise<StoredImage> {
    const image = await this.#read(name);
    if (image === undefined) {
      const names = (await this.list()).map((other) => other.name).join(", ");
      throw new MccError("not-found", `No image "${name}". This host has: ${names || "none yet"}.`);
    }
    return image;
  }

  /** Returns the files that an image makes necessary in each of its containers. An image does not change. */
  async filesOf({ name, createdAt }: StoredImage): Promise<FilesOfContainer> {
    const known = this.#contents.get(name);
    if (known?.createdAt === createdAt) {
      return await known.files;
    }
    const files = readFilesOf(this.rootfs(name));
    this.#contents.set(name, { createdAt, files });
    // After a failure, the next container tries again.
    files.catch(() => this.#contents.delete(name));
    return await files;
  }

  /**
   * Imports an image. It replaces a damaged one.
   *
   * @throws MccError `conflict` for a name that is taken; `invalid` for a tarball that is not a root file system.
   */
  async import(name: string, tarball: string, limits?: ArchiveLimits): Promise<Image> {
    const taken = new MccError(
      "conflict",
      `The image "${name}" exists already; remove it, or choose another name.`,
    );
    if ((await this.#read(name)) !== undefined) {
      throw taken;
    }
    return await withArchive(tarball, (archive) => this.#import(name, archive, taken, limits));
  }

  async #import(name: string, archive: ArchiveFile, taken: MccError, limits?: ArchiveLimits): Promise<Image> {
    await this.remove(name);
    const folder = this.#passingFolder("import");
    this.#filling.add(folder);
    let isNamed = false;
    try {
      const image = await this.#fill(folder, name, archive, limits);
      isNamed = true;
      await rename(folder, join(this.place.images, name));
      await syncFolder(this.place.images);
      return imageSchema.parse(image);
    } catch (error) {
      if (hasErrno(error, "ENOTEMPTY", "EEXIST")) {
        await removeTree(folder);
        throw taken;
      }
      // It may have its name already, although a step reported a failure.
      await (isNamed ? this.remove(name) : undefined);
      await removeTree(folder);
      throw error;
    } finally {
      this.#filling.delete(folder);
    }
  }

  /** Removes an image, also a damaged one. @returns false if it did not exist. */
  async remove(name: string): Promise<boolean> {
    const folder = this.#passingFolder("remove");
    // Renamed first, so that a partial image is never listed.
    const image = join(this.place.images, name);
    const renamed = rename(image, folder).then(() => true);
    try {
      const removed = (await unlessErrno(renamed, "ENOENT")) ?? false;
      await removeTree(folder);
      return removed;
    } catch (error) {
      if (!hasErrno(error, "ENOSPC", "EDQUOT")) {
        throw error;
      }
    }
    // There is no room for another name. Without this file, the image is not listed either.
    await rm(this.#metadata(image), { force: true });
    await removeTree(image);
    return true;
  }

  /** Removes the images that an earlier daemon imported or removed only in part. */
  async clear(): Promise<void> {
    const entries = entriesOf(this.place.images);
    const left = entries.filter(isPassing).map((entry) => join(this.place.images, entry));
    await Promise.all(
      left.filter((folder) => !this.#filling.has(folder)).map((folder) => removeTree(folder)),
    );
  }

  async #read(name: string): Promise<StoredImage | undefined> {
    const path = this.#metadata(join(this.place.images, name));
    return await this.#metadataFiles.read(path, () => this.#readMetadata(name, path));
  }

  async #readMetadata(name: string, path: string): Promise<StoredImage | undefined> {
    const reading = await readKeptJson(path, storedImageSchema);
    if (reading.outcome === "read") {
      return reading.value;
    }
    if (reading.outcome === "damaged") {
      this.log.warn(
        { reason: reading.reason },
        `the image "${name}" is not listed because ${path} is damaged: import it again, or remove it`,
      );
      this.reportDamage?.(path, `${reading.reason}; the image is not listed: import it again, or remove it`);
    }
    return undefined;
  }

  async #fill(
    folder: string,
    name: string,
    archive: ArchiveFile,
    limits?: ArchiveLimits,
  ): Promise<StoredImage> {
    const rootfs = join(folder, "rootfs");
    makePassable(folder);
    makePassable(rootfs);
    await lchown(rootfs, containerRoot, containerRoot);
    await this.#unpack(rootfs, archive, limits);
    await requireParts(rootfs, archive.path);
    const usage = await this.runner.run(commands.diskUsage(rootfs));
    const sshServers = await sshServersIn(rootfs);
    const image = {
      name,
      sizeBytes: Number.parseInt(usage, 10),
      createdAt: new Date().toISOString(),
      systemd: (await resolveInRoot(rootfs, "/sbin/init"))?.endsWith("/systemd") ?? false,
      hasSshServer: sshServers.length > 0,
      sshServers,
    };
    await writeFile(this.#metadata(folder), JSON.stringify(image));
    // A power cut must lose neither the unpacked files nor their metadata once the image has its name.
    await this.runner.run(commands.syncFileSystem(folder, this.unpackTimeoutMs));
    return image;
  }

  /** Unpacks the archive while it is inspected: tar gets only what the inspection accepts. */
  async #unpack(rootfs: string, archive: ArchiveFile, limits?: ArchiveLimits): Promise<void> {
    const inspection = new ArchiveInspection(
      archive.path,
      { highestId: idCount - 1, deviceFolder },
      new Set(),
      limits,
    );
    const inspected = new PassThrough({ highWaterMark: passingBytes });
    const stopped = new AbortController();
    const unpack = commands.unpack(this.place, rootfs, inspected, this.unpackTimeoutMs);
    const [inspecting, unpacking] = await Promise.allSettled([
      inspectArchive(archive, inspection, stopped.signal, inspected),
      this.runner
        .run(unpack)
        // tar may end before the archive does. The rest is still inspected.
        .then(() => inspected.resume())
        .catch((error: unknown) => {
          stopped.abort();
          throw error;
        }),
    ]);
    if (inspecting.status === "rejected" && MccError.isInstance(inspecting.reason)) {
      throw inspecting.reason;
    }
    if (unpacking.status === "rejected") {
      throw unpackingFailure(unpacking.reason, archive.path, rootfs);
    }
    if (inspecting.status === "rejected") {
      throw inspecting.reason;
    }
  }

  #metadata(folder: string): string {
    return join(folder, "image.json");
  }

  #passingFolder(purpose: string): string {
    return join(this.place.images, `.${purpose}-${randomBytes(6).toString("hex")}`);
  }
}

/** Returns the files that a container with this address gets in place of those of its image. */
export type FilesOfContainer = (address: GivenAddress) => ContainerFile[];

async function readFilesOf(rootfs: string): Promise<FilesOfContainer> {
  const [machineIds, dhcpClients] = await Promise.all([machineIdPathsIn(rootfs), dhcpClientFiles(rootfs)]);
  return (address) => [...machineIdFiles(machineIds), ...dhcpClients(address)];
}

/** Names of images begin with a letter or a digit. */
function isPassing(entry: string): boolean {
  return entry.startsWith(".");
}

async function requireParts(rootfs: string, tarball: string): Promise<void> {
  for (const { path, purpose } of required) {
    const found = await resolveInRoot(rootfs, path);
    const isFile = found !== undefined && (await lstat(join(rootfs, found))).isFile();
    if (!isFile) {
      throw new MccError(
        "invalid",
        `${tarball} has no ${path}, ${purpose}; use a root file system with /bin, /sbin and /etc at the top of the tarball.`,
      );
    }
  }
}
