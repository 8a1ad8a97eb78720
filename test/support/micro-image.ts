import { join } from "node:path";
import type { Client } from "../../client";
import { buildMicroImage } from "../../images/micro/build";
import type { TestDaemon } from "./daemon";

/** Gives a daemon that runs the image `micro`. @returns where its tarball lies until the suite ends. */
export async function importMicro({ folder }: TestDaemon, client: Client): Promise<string> {
  const path = join(folder, "micro.tar");
  await buildMicroImage(path);
  await client.call("image.import", { name: "micro", path });
  return path;
}
