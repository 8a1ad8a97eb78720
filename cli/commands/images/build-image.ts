import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { daemonHost, isDaemonHere } from "../../../client/ssh/daemon-host";
import { buildStockImage, stockImages } from "../../../images/stock-images";
import { formatBytes } from "../../../protocol/bytes";
import { MccError } from "../../../protocol/error";
import { imageNameSchema } from "../../../protocol/methods/values/name";
import { command } from "../../command";
import { StatusLine } from "../../output/status-line";

export const buildImage = command({
  name: "build-image",
  summary: "Build a stock image for the daemon on this machine",
  options: {
    suite: {
      syntax: "--suite <SUITE>",
      help: "suite of Debian or of a Debian-like distribution",
      value: z
        .string()
        .regex(/^[a-z0-9][a-z0-9./-]*$/, "give a suite such as bookworm or sid")
        .optional(),
    },
    mirror: {
      syntax: "--mirror <URL>",
      help: "package mirror (default: deb.debian.org)",
      value: z.url("give a URL such as http://deb.debian.org/debian").optional(),
    },
  },
  arguments: {
    name: {
      syntax: "[NAME]",
      help: `${stockImages.join(", ")}, or any name with --suite (default: micro)`,
      value: imageNameSchema.default("micro"),
    },
  },
  examples: [
    ["build-image", "build micro: busybox and dropbear, the default of Pulumi programs"],
    ["build-image debian-12", "build Debian 12 with systemd and OpenSSH; needs mmdebstrap"],
    ["build-image unstable --suite sid", "build Debian unstable"],
  ],
  check: ({ name, suite }) =>
    suite !== undefined && stockImages.includes(name)
      ? [`--suite ${suite} needs a name that is not the stock image ${name}; give another NAME`]
      : [],
  run: async ({ name, suite, mirror }, io) => {
    const client = io.connect();
    await client.info();
    if (!(await isDaemonHere(client.server))) {
      throw new MccError(
        "invalid",
        `The daemon runs on ${daemonHost(client.server)} and reads images only from its own disk; run this command on that host.`,
      );
    }
    // Checked before the build, which can take minutes.
    if ((await client.call("image.list", {})).some((image) => image.name === name)) {
      throw new MccError(
        "conflict",
        `The image "${name}" already exists; remove it first (mcc remove-image ${name}).`,
      );
    }
    const status = new StatusLine(io);
    const folder = await mkdtemp(join(io.temporaryFolder, "minicloud-image-"));
    try {
      const path = join(folder, `${name}.tar`);
      await buildStockImage(name, path, { suite, mirror, onProgress: (doing) => status.show(doing) });
      status.show("importing the image");
      const image = await client.call("image.import", { name, path });
      status.clear();
      io.print(`${image.name} built and imported, ${formatBytes(image.sizeBytes)}`);
    } finally {
      status.clear();
      await rm(folder, { recursive: true, force: true });
    }
  },
});
