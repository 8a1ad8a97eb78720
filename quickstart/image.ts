import { rm } from "node:fs/promises";
import { join } from "node:path";
import { buildMicroImage } from "../images/micro/build";
import { connectDaemon } from "./daemon";
import { makeFolder } from "./folder";
import type { Say, Work } from "./step";

const name = "micro";

/** Builds the stock image and imports it, unless the daemon has it. */
export async function importImage(work: Work, say: Say): Promise<string> {
  const daemon = connectDaemon(work);
  const images = await daemon.call("image.list", {});
  const image = images.find((known) => known.name === name) ?? (await build(work, say));
  return `${image.name}, ${(image.sizeBytes / 1e6).toFixed(1)} MB`;
}

async function build(work: Work, say: Say) {
  say(`building ${name} from this machine's packages`);
  await makeFolder(work.place);
  const tarball = join(work.place.folder, `${name}.tar`);
  try {
    await buildMicroImage(tarball);
    const daemon = connectDaemon(work);
    return await daemon.call("image.import", { name, path: tarball });
  } finally {
    await rm(tarball, { force: true });
  }
}
