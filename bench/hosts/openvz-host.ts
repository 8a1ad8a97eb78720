import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { requirePrograms } from "../../images/host-programs";
import { syntaxes } from "../../server/driver/openvz/configuration/syntax";
import { exists, hostPlaces, readHostConfiguration } from "../../server/driver/openvz/host";
import { isOnPath } from "../../server/support/program-path";
import { FakeOpenvz, imageName, makeImage } from "../../test/fakes/openvz/install";
import { coverEtc, uncoverEtc } from "../../test/fakes/openvz/own-etc";
import { recordedMs } from "../../test/fakes/openvz/recorded-runs";
import type { BenchHost } from "./bench-daemon";

/** The minimum durations of the fake commands, from recorded runs on a real host. */
const latenciesMs = {
  create: recordedMs("vzctl", "create"),
  set: recordedMs("vzctl", "set"),
  mount: recordedMs("vzctl", "mount"),
  umount: recordedMs("vzctl", "umount"),
  start: recordedMs("vzctl", "start"),
  stop: recordedMs("vzctl", "stop", "--fast"),
  destroy: recordedMs("vzctl", "destroy"),
  list: recordedMs("vzlist", "-j"),
};

/** The programs in the fake's containers. */
const containerPrograms = [
  { path: "/bin/busybox", debianPackage: "busybox-static", purpose: "commands" },
  { path: "/bin/bash-static", debianPackage: "bash-static", purpose: "shell" },
];

/** The host with its own vzctl, which gets the image of the measurement for its duration. */
const realHost: BenchHost = {
  driver: "openvz",
  during: async (_folder, work) => {
    await requirePrograms(imageName, containerPrograms);
    const { imageFolder } = await readHostConfiguration(hostPlaces, syntaxes.v4);
    const image = join(imageFolder, `${imageName}.tar.gz`);
    if (await exists(image)) {
      return await work({});
    }
    makeImage(image);
    try {
      return await work({});
    } finally {
      await rm(image, { force: true });
    }
  },
  equip: () => Promise.resolve(),
};

/** The host with fakes of vzctl and vzlist, and with their /etc/vz in this mount namespace only. */
const fakeHost: BenchHost = {
  driver: "openvz",
  during: async (folder, work) => {
    await requirePrograms(imageName, containerPrograms);
    const root = join(folder, "openvz");
    await mkdir(root);
    const host = await FakeOpenvz.install(root, { latenciesMs });
    makeImage(host.path(`vz/template/cache/${imageName}.tar.gz`));
    await coverEtc(folder, host);
    try {
      return await work(host.environment);
    } finally {
      await host.close();
      await uncoverEtc();
    }
  },
  equip: () => Promise.resolve(),
};

/** The host's own vzctl where one is installed, and fakes elsewhere. */
export const openvzHost: BenchHost = isOnPath("vzctl") ? realHost : fakeHost;
