import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { processes } from "../../server/driver/lxc/commands/processes";
import { FakeOpenvz, imageName, makeImage } from "../../test/fakes/openvz/install";
import { coverEtc, uncoverEtc } from "../../test/fakes/openvz/own-etc";
import type { Foreign, Host } from "./host";

/** Outside of the ids that the daemon assigns. */
const foreignId = "9001";
/** Outside of the address pool, which would not count it as free. */
const foreignAddress = "198.18.9.7";

/** A host with the fakes of vzctl and vzlist, and with their /etc/vz in this mount namespace only. */
export async function withOpenvzHost<T>(folder: string, work: (host: Host) => Promise<T>): Promise<T> {
  const root = join(folder, "openvz");
  await mkdir(root);
  const fake = await FakeOpenvz.install(root);
  const archive = join(folder, "image.tar");
  makeImage(archive);
  await copyFile(archive, fake.imageFile(imageName));
  await coverEtc(folder, fake);
  try {
    return await work({
      driver: "openvz",
      folder,
      environment: fake.environment,
      image: imageName,
      archive,
      containersOutliveDaemon: true,
      foreign: foreignOf(fake),
      equip: () => Promise.resolve(),
      containers: () =>
        Promise.resolve(
          configured(fake)
            .filter((ctid) => ctid !== foreignId || isTaken(fake.configuration(ctid)))
            .map(Number),
        ),
      limits: (id) => Promise.resolve(memoryIn(fake.configuration(String(id)))),
      traces: async (daemon) => [
        ...fake.remains(),
        ...(await processes())
          .filter(({ pid, words }) => pid !== daemon && words.join(" ").includes(`${root}/`))
          .map(({ words }) => `process ${words.join(" ")}`),
      ],
    });
  } finally {
    await fake.close();
    await uncoverEtc();
  }
}

/** Whether a daemon has marked a container as its own. */
function isTaken(configuration: string): boolean {
  return configuration.includes('DESCRIPTION="minicloud');
}

/** A larger number of pages is no limit. It has several forms. */
const mostPages = 2 ** 40;

/** Returns the limit of the memory, in pages. */
function memoryIn(configuration: string): string {
  const pages = Number(/^PHYSPAGES="(?:\d+:)?(\d+)"$/m.exec(configuration)?.[1] ?? Number.POSITIVE_INFINITY);
  return pages > mostPages ? "unlimited" : String(pages);
}

function configured(fake: FakeOpenvz): string[] {
  return fake.remains().flatMap((path) => /^etc\/vz\/conf\/(\d+)\.conf$/.exec(path)?.[1] ?? []);
}

function foreignOf(fake: FakeOpenvz): Foreign {
  const run = (...words: readonly string[]): Promise<unknown> =>
    execa("vzctl", words, { env: fake.environment, reject: false });
  return {
    create: async () => {
      await run(
        "create",
        foreignId,
        "--ostemplate",
        imageName,
        "--config",
        "basic",
        "--ipadd",
        foreignAddress,
      );
      await run("start", foreignId);
    },
    isTaken: () => configured(fake).includes(foreignId) && isTaken(fake.configuration(foreignId)),
    destroy: async () => {
      await run("stop", foreignId, "--fast");
      await run("destroy", foreignId);
    },
  };
}
