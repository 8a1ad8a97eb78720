import { resolve } from "node:path";
import { isDaemonHere } from "../../../client/ssh/daemon-host";
import { imageNameSchema } from "../../../protocol/methods/name";
import { command } from "../../command";
import { formatBytes } from "../../output/bytes";
import { text } from "../../parameters/values";

export const importImage = command({
  name: "import-image",
  summary: "Import a root file system tarball as an image",
  options: {},
  arguments: {
    name: { syntax: "<NAME>", help: "name of the image", value: imageNameSchema },
    path: {
      syntax: "<PATH>",
      help: "tarball on the daemon's host; plain, or compressed with gzip, bzip2, xz or zstd",
      value: text,
      names: ["file"],
    },
  },
  examples: [["import-image debian-12 rootfs.tar.xz", "import an image for run-instances -i debian-12"]],
  run: async ({ name, path }, io) => {
    const client = io.connect();
    const image = await client.call("image.import", {
      name,
      path: (await isDaemonHere(client.server)) ? resolve(path) : path,
    });
    io.print(`${image.name} imported, ${formatBytes(image.sizeBytes)}`);
  },
});
