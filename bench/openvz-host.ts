import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { requirePrograms } from "../images/host-programs";
import { FakeOpenvz, imageName, makeImage } from "../test/fakes/openvz/install";
import { recordedMs } from "../test/fakes/openvz/recorded-runs";
import type { BenchHost } from "./bench-daemon";

/** Each takes at least as long as on the host of the recorded runs. */
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

/** What the fake's containers are made of. */
const containerPrograms = [
  { path: "/bin/busybox", debianPackage: "busybox-static", purpose: "commands" },
  { path: "/bin/bash-static", debianPackage: "bash-static", purpose: "shell" },
];

/** The fakes of vzctl and vzlist, on a machine whose /etc/vz is theirs, for this mount namespace only. */
export const openvzHost: BenchHost = {
  driver: "openvz",
  during: async (folder, work) => {
    await requirePrograms(imageName, containerPrograms);
    const root = join(folder, "openvz");
    await mkdir(root);
    const host = await FakeOpenvz.install(root, { latenciesMs });
    makeImage(host.path(`vz/template/cache/${imageName}.tar.gz`));
    // Without an OpenVZ kernel, vzctl asks it for a bridge, which the fakes do not need.
    await writeFile(join(host.bin, "brctl"), "#!/bin/sh\n", { mode: 0o755 });
    await coverEtc(folder);
    try {
      await symlink(host.path("etc/vz"), "/etc/vz");
      return await work(host.environment);
    } finally {
      await host.close();
      await execa("umount", ["/etc"]);
    }
  },
  equip: () => Promise.resolve(),
};

/** What is changed below /etc from now on lies in the folder. */
async function coverEtc(folder: string): Promise<void> {
  const [upper, work] = [join(folder, "etc"), join(folder, "etc-work")];
  await Promise.all([mkdir(upper), mkdir(work)]);
  const options = `lowerdir=/etc,upperdir=${upper},workdir=${work}`;
  await execa("mount", ["-t", "overlay", "-o", options, "overlay", "/etc"]);
}
