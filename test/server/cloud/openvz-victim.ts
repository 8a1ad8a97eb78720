/**
 * A daemon for tests to kill: `node openvz-victim.js ROOT create|destroy|take-over stay|N` works on instance
 * "victim", or takes 500 over, and stays, or kills itself before it changes its state folder for the Nth time.
 */
import promises from "node:fs/promises";
import type { Cloud } from "../../../server/cloud/cloud";
import { FakeOpenvz } from "../../fakes/openvz/install";
import { createReady, creation, targetOf } from "../../support/daemons/test-cloud";
import { openOpenvzCloud, type Work, wanted } from "./openvz-cloud";

/** What is done before the work that is cut short, and the work. */
const works: Readonly<Record<Work, (cloud: Cloud) => Promise<() => Promise<unknown>>>> = {
  create: (cloud) =>
    Promise.resolve(async () => {
      const instance = await cloud.instances.create(creation({ ...wanted, name: "victim" }));
      await cloud.instances.wait({ ...targetOf(instance), timeoutSeconds: 20 });
    }),
  destroy: async (cloud) => {
    const instance = await createReady(cloud, { ...wanted, name: "victim" });
    return () => cloud.instances.destroy(targetOf(instance));
  },
  "take-over": (cloud) =>
    Promise.resolve(() =>
      cloud.instances.takeOver({ container: "500", name: "victim", keys: [], labels: {} }),
    ),
};

async function main([root = "", work = "", last = ""]: readonly string[]): Promise<void> {
  const cloud = await openOpenvzCloud(root);
  const begin = works[work as Work];
  const go = await begin(cloud);
  if (last === "stay") {
    setInterval(() => undefined, 1000);
  } else {
    dieBefore(Number(last), FakeOpenvz.at(root).stateFolder);
  }
  await go();
  if (last !== "stay") {
    process.exit(0);
  }
}

/** All that lasts in the state folder comes by a rename, and goes by a removal. */
function dieBefore(change: number, stateFolder: string): void {
  let changes = 0;
  const count = (path: unknown): void => {
    if (typeof path === "string" && path.startsWith(stateFolder)) {
      changes += 1;
      if (changes === change) {
        process.kill(process.pid, "SIGKILL");
      }
    }
  };
  const { rename, rm } = promises;
  promises.rename = async (from, to) => {
    count(to);
    await rename(from, to);
  };
  promises.rm = async (path, options) => {
    count(path);
    await rm(path, options);
  };
}

void main(process.argv.slice(2));
