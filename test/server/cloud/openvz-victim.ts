/**
 * A daemon that tests kill: `node openvz-victim.js ROOT create|destroy|take-over stay|N` creates or destroys the
 * instance "victim", or takes over container 500. With `stay`, it keeps running. With N, it kills itself before the Nth
 * change of its state folder.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import promises from "node:fs/promises";
import { localAdmin } from "../../../server/cloud/access/caller";
import type { Cloud } from "../../../server/cloud/cloud";
import { FakeOpenvz } from "../../fakes/openvz/install";
import { createReady, creation, targetOf } from "../../support/daemons/test-cloud";
import { openOpenvzCloud, type Work, wanted } from "./openvz-cloud";

type Call = (...parameters: unknown[]) => unknown;

/** The preparation, and the work during which the daemon is killed. */
const works: Readonly<Record<Work, (cloud: Cloud) => Promise<() => Promise<unknown>>>> = {
  create: (cloud) =>
    Promise.resolve(async () => {
      const instance = await cloud.instances.create(localAdmin, creation({ ...wanted, name: "victim" }));
      await cloud.instances.wait(localAdmin, { ...targetOf(instance), timeoutSeconds: 20 });
    }),
  destroy: async (cloud) => {
    const instance = await createReady(cloud, { ...wanted, name: "victim" });
    return () => cloud.instances.destroy(localAdmin, targetOf(instance));
  },
  "take-over": (cloud) =>
    Promise.resolve(() =>
      cloud.instances.takeOver(localAdmin, { container: "500", name: "victim", keys: [], labels: {} }),
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

/**
 * Every lasting change of the state folder is a rename, a removal, or a write into an open file, the journal. Temporary files are
 * none.
 */
function dieBefore(change: number, stateFolder: string): void {
  let changes = 0;
  const count = (path: unknown): void => {
    if (typeof path === "string" && path.startsWith(stateFolder) && !path.endsWith(".new")) {
      changes += 1;
      if (changes === change) {
        process.kill(process.pid, "SIGKILL");
      }
    }
  };
  // The last path is what appears or goes.
  const counted = (call: Call, paths: number): Call => {
    return (...parameters) => {
      count(parameters[paths - 1]);
      return call(...parameters);
    };
  };
  const [soon, now] = [promises, fs] as unknown as Record<string, Call>[];
  for (const [name, paths] of Object.entries({ rename: 2, rm: 1, rmdir: 1, unlink: 1 })) {
    Object.assign(promises, { [name]: counted(callIn(soon, name), paths) });
    Object.assign(fs, { [`${name}Sync`]: counted(callIn(now, `${name}Sync`), paths) });
  }
  const write = callIn(now, "writeSync");
  Object.assign(fs, {
    writeSync: (...parameters: unknown[]) => {
      count(fs.readlinkSync(`/proc/self/fd/${String(parameters[0])}`));
      return write(...parameters);
    },
  });
}

function callIn(functions: Readonly<Record<string, Call>> | undefined, name: string): Call {
  const found = functions?.[name];
  assert.ok(found, name);
  return found;
}

void main(process.argv.slice(2));
