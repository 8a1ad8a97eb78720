import { join } from "node:path";
import { buildMicroImage } from "../../images/micro/build";
import type { Host } from "./host";

/** Builds the image `micro` in the folder. Returns the part of a host that runs real containers of it. */
export async function withMicroImage(
  folder: string,
): Promise<Pick<Host, "folder" | "image" | "archive" | "containersOutliveDaemon" | "equip">> {
  const archive = join(folder, "micro.tar");
  await buildMicroImage(archive);
  return {
    folder,
    image: "micro",
    archive,
    containersOutliveDaemon: true,
    equip: async (client) => {
      await client.call("image.import", { name: "micro", path: archive });
    },
  };
}
