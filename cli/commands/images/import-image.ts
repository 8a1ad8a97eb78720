import { resolve } from "node:path";
import { isDaemonHere } from "../../../client/ssh/daemon-host";
import { uploadImage } from "../../../client/workflows/upload-image";
import { formatBytes } from "../../../protocol/bytes";
import { imageNameSchema } from "../../../protocol/methods/values/name";
import { command } from "../../command";
import { flag, text } from "../../parameters/values";

export const importImage = command({
  name: "import-image",
  summary: "Import a root file system tarball as an image",
  options: {
    upload: {
      syntax: "--upload",
      help: "send a tarball of this machine to the daemon; always so for tokens with the role user",
      value: flag,
    },
  },
  arguments: {
    name: { syntax: "<NAME>", help: "name of the image", value: imageNameSchema },
    path: {
      syntax: "<PATH>",
      help: "tarball on the daemon's host, or to upload; plain, or compressed with gzip, bzip2, xz or zstd",
      value: text,
      names: ["file"],
    },
  },
  examples: [
    ["import-image debian-12 rootfs.tar.xz", "import an image for run-instances -i debian-12"],
    ["import-image debian-12 rootfs.tar.xz --upload", "send the tarball to a daemon on another host"],
  ],
  run: async ({ name, path, upload }, io) => {
    const client = io.connect();
    const { caller } = await client.info();
    const image =
      upload || caller?.role === "user"
        ? await uploadImage(client, name, path)
        : await client.call("image.import", {
            name,
            path: (await isDaemonHere(client.server)) ? resolve(path) : path,
          });
    io.print(`${image.name} imported, ${formatBytes(image.sizeBytes)}`);
  },
});
