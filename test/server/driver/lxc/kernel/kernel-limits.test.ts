import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { monitorsOthers } from "../../../../../server/driver/lxc/cgroups/monitor";
import {
  lowKernelLimits,
  raiseKernelLimits,
  restoreKernelLimits,
} from "../../../../../server/driver/lxc/kernel/kernel-limits";
import { Place } from "../../../../../server/driver/lxc/place";
import { captureLog } from "../../../../support/captured-log";
import { temporaryFolders } from "../../../../support/files/temporary-folder";

const instances = "fs/inotify/max_user_instances";
const processes = "kernel/pid_max";

describe("the kernel's limits that containers share", () => {
  const newFolder = temporaryFolders();
  let place: { root: string; marksFile: string };

  beforeEach(async () => {
    const folder = await newFolder();
    place = { root: join(folder, "sys"), marksFile: join(folder, "marks") };
    await put(instances, "128\n");
    await put(processes, "4194304\n");
  });

  async function put(file: string, value: string): Promise<void> {
    await mkdir(dirname(join(place.root, file)), { recursive: true });
    await writeFile(join(place.root, file), value);
  }

  async function values(): Promise<string[]> {
    const texts = await Promise.all(
      [instances, processes].map((file) => readFile(join(place.root, file), "utf8")),
    );
    return texts.map((text) => text.trim());
  }

  async function raise(): Promise<string[]> {
    const { log, lines } = captureLog();
    await raiseKernelLimits(place, log);
    return lines.map(({ msg }) => String(msg));
  }

  it("are raised if they are too low, and restored at the end", async () => {
    assert.deepEqual(await raise(), []);
    assert.deepEqual(await raise(), [], "again");
    assert.deepEqual(await values(), ["65536", "4194304"]);
    await restoreKernelLimits(place);
    assert.deepEqual(await values(), ["128", "4194304"]);
    await restoreKernelLimits(place);
  });

  it("are listed for root by a daemon that cannot raise them", async () => {
    const [finding, ...others] = await lowKernelLimits(place.root);
    assert.equal(finding?.remedy, "as root: sysctl -w fs.inotify.max_user_instances=65536");
    assert.deepEqual(others, []);
    await put(instances, "65536\n");
    assert.deepEqual(await lowKernelLimits(place.root), []);
  });

  it("stay raised while other containers need them", async () => {
    await raise();
    await restoreKernelLimits({ ...place, inUse: true });
    assert.deepEqual(await values(), ["65536", "4194304"]);
  });

  it("are needed by containers of other servers and of other programs", () => {
    const own = new Place("/var/lib/minicloud/lxc", "0123456789abcdef0123456789abcdef");
    const monitor = (folder: string, name: string) => ({
      pid: 1,
      words: [`[lxc monitor] ${folder} ${name}`],
    });
    const needed = (...monitors: ReturnType<typeof monitor>[]): boolean => monitorsOthers(monitors, own);
    assert.equal(needed(), false);
    assert.equal(needed(monitor(own.containers, own.container(500).name)), false);
    assert.equal(needed(monitor(own.containers, "mc-abcdef-500")), true);
    assert.equal(needed(monitor("/var/lib/lxc", "mine")), true);
  });

  it("stay if an operator has set them since", async () => {
    await raise();
    await put(instances, "99999");
    await restoreKernelLimits(place);
    assert.deepEqual(await values(), ["99999", "4194304"]);
  });
});
