import { join } from "node:path";
import { FakeEngine } from "../../test/fakes/incus/fake-engine";
import { startLxdCluster } from "../../test/support/lxd/cluster";
import type { BenchHost } from "./bench-daemon";
import { lxcHost } from "./lxc-host";

/** Where the socket of the LXD server is in the folder of a bench. */
export const lxdSocket = join("lxd", "m1", "lxd", "unix.socket");
const fakeSocket = "engine.socket";

/** The host for instances of the image `micro` on a real LXD server, which is a cluster of one. */
export const incusHost: BenchHost = {
  ...lxcHost,
  driver: "incus",
  words: (folder) => ["--engine-url", `unix:${join(folder, lxdSocket)}`],
  during: async (folder, work) => {
    const cluster = await startLxdCluster(1, join(folder, "lxd"));
    try {
      return await work({});
    } finally {
      await cluster.end();
    }
  },
};

/** The same on an engine in this process's memory, for more instances than this machine can start. */
export const fakeIncusHost: BenchHost = {
  ...incusHost,
  words: (folder) => ["--engine-url", `unix:${join(folder, fakeSocket)}`],
  during: async (folder, work) => {
    const engine = new FakeEngine();
    await engine.start(join(folder, fakeSocket));
    try {
      return await work({});
    } finally {
      await engine.stop();
    }
  },
};
