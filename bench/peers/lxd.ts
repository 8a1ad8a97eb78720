import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import pLimit from "p-limit";

const removingParallel = 8;
const image = `mcbench-${process.pid}`;

/** Launches containers with `lxc`, the client of LXD. */
export interface LxdContainers {
  launch(parallel: number): Promise<void>;
  destroy(): Promise<void>;
}

/**
 * Does the work with LXD's containers of an image, and removes them and the image.
 *
 * @param tarball the root file system.
 * @param folder for temporary files.
 */
export async function withLxd<T>(
  {
    tarball,
    folder,
    count,
    signal,
  }: {
    readonly tarball: string;
    readonly folder: string;
    readonly count: number;
    readonly signal: AbortSignal;
  },
  work: (containers: LxdContainers) => Promise<T>,
): Promise<T> {
  const names = Array.from({ length: count }, (_, index) => `${image}-${index}`);
  // One command for each, because it stops at the first container that does not exist.
  const destroy = async (): Promise<void> => {
    const limit = pLimit(removingParallel);
    await Promise.all(
      names.map((name) => limit(() => execa("lxc", ["delete", "--force", name], { reject: false }))),
    );
  };
  await importImage(tarball, folder);
  try {
    return await work({
      launch: async (parallel) => {
        const limit = pLimit(parallel);
        await Promise.all(
          names.map((name) =>
            // It reads the configuration of the instance from its standard input if that is no terminal.
            limit(() => execa("lxc", ["launch", image, name], { stdin: "ignore", cancelSignal: signal })),
          ),
        );
      },
      destroy,
    });
  } finally {
    await destroy();
    await execa("lxc", ["image", "delete", image], { reject: false });
  }
}

/** Imports a tarball with the metadata that LXD needs in a second one. */
async function importImage(tarball: string, folder: string): Promise<void> {
  const parts = join(folder, "lxd");
  await mkdir(parts);
  await writeFile(join(parts, "metadata.yaml"), "architecture: x86_64\ncreation_date: 1325376000\n");
  const metadata = join(parts, "metadata.tar");
  await execa("tar", ["--create", "--file", metadata, "--directory", parts, "metadata.yaml"]);
  await execa("lxc", ["image", "import", metadata, tarball, "--alias", image]);
  await rm(parts, { recursive: true });
}
