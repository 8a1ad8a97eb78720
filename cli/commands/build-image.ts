import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../client/client";
import { daemonHost, isDaemonHere } from "../../client/daemon-host";
import { buildMicroImage } from "../../images/micro/build";
import { MccError } from "../../protocol/error";
import { dottedNameSchema } from "../../protocol/name";
import { command } from "../command";
import { formatBytes } from "../output/bytes";
import { print } from "../output/print";

export const buildImage = command({
  name: "build-image",
  summary: "Build the stock image micro from this machine's Debian packages, for the daemon that runs here",
  options: {},
  arguments: {
    name: {
      syntax: "[NAME]",
      help: "what to call the image (default: micro)",
      value: dottedNameSchema.default("micro"),
    },
  },
  examples: [["build-image", "for run-instances, and for a Pulumi program that names no image"]],
  run: async ({ name }) => {
    const client = connect();
    await client.info();
    if (!(await isDaemonHere(client.server))) {
      throw new MccError(
        "invalid",
        `The daemon runs on ${daemonHost(client.server)} and reads an image only from there: run this command on that host.`,
      );
    }
    const folder = await mkdtemp(join(tmpdir(), "minicloud-image-"));
    try {
      const path = join(folder, `${name}.tar`);
      await buildMicroImage(path);
      const image = await client.call("image.import", { name, path });
      print(`${image.name} built and imported, ${formatBytes(image.sizeBytes)}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});
