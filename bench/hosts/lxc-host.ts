import { join } from "node:path";
import { buildMicroImage } from "../../images/micro/build";
import type { BenchHost } from "./bench-daemon";

/** The image's archive in the folder of a bench. */
export const microTarball = "micro.tar";

/** The host for real containers of the image `micro`. */
export const lxcHost: BenchHost = {
  driver: "lxc",
  during: (_folder, work) => work({}),
  equip: async ({ folder, client }) => {
    const tarball = join(folder, microTarball);
    await buildMicroImage(tarball);
    await client.call("image.import", { name: "micro", path: tarball });
  },
};
