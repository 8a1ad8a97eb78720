import assert from "node:assert/strict";
import { parseMounts } from "../../../../../server/driver/lxc/cgroups/hierarchies";
import { limitLines } from "../../../../../server/driver/lxc/limits";

const unifiedOnly =
  "34 25 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n";
const both = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
90 31 0:38 / /mnt/with\\040space rw,relatime - cgroup2 cgroup2 rw
`;

describe("cgroup hierarchies", () => {
  it("are read from the mount table", () => {
    assert.deepEqual(parseMounts(unifiedOnly), { unified: "/sys/fs/cgroup", old: [] });
    assert.deepEqual(parseMounts(both), {
      unified: "/mnt/with space",
      old: [
        { folder: "/sys/fs/cgroup/cpu,cpuacct", controllers: ["cpu", "cpuacct"] },
        { folder: "/sys/fs/cgroup/memory", controllers: ["memory"] },
        { folder: "/sys/fs/cgroup/systemd", controllers: ["name=systemd"] },
      ],
    });
    assert.deepEqual(parseMounts(""), { unified: undefined, old: [] });
  });

  it("decide in which version's form a controller's limit is written", () => {
    const type = { name: "test", memoryBytes: 64 * 1024 * 1024, cpus: 0.5, processes: 100 };
    const unified = { unified: "/sys/fs/cgroup", unifiedControllers: ["memory", "cpu", "pids"], old: [] };
    assert.deepEqual(limitLines(type, unified), [
      "lxc.cgroup2.memory.max = 67108864",
      "lxc.cgroup2.cpu.max = 50000 100000",
      "lxc.cgroup2.pids.max = 100",
    ]);
    const mixed = { ...unified, old: [{ folder: "/sys/fs/cgroup/cpu", controllers: ["cpu", "cpuacct"] }] };
    assert.deepEqual(limitLines({ ...type, memoryBytes: undefined }, mixed), [
      "lxc.cgroup.cpu.cfs_quota_us = 50000",
      "lxc.cgroup2.pids.max = 100",
    ]);
    assert.deepEqual(limitLines({ name: "unlimited" }, unified), []);
  });
});
