import assert from "node:assert/strict";
import { parseMetrics } from "../../../../../server/driver/incus/usage/metrics-text";

/** From a run of LXD 5.0.2. */
const recorded = `# HELP lxd_cpu_seconds_total The total number of CPU time used in seconds.
# TYPE lxd_cpu_seconds_total counter
lxd_cpu_seconds_total{cpu="0",mode="system",name="web",project="p1",type="container"} 0.25
lxd_cpu_seconds_total{cpu="0",mode="user",name="web",project="p1",type="container"} 1.5
lxd_cpu_seconds_total{cpu="1",mode="system",name="web",project="p1",type="container"} 0.015625
lxd_cpu_seconds_total{cpu="1",mode="user",name="web",project="p1",type="container"} 0
lxd_filesystem_size_bytes{device="",fstype="btrfs",mountpoint="/",name="web",project="p1"} 4.294967296e+09
lxd_memory_Active_file_bytes{name="web",project="p1",type="container"} 1.732608e+06
lxd_memory_Inactive_file_bytes{name="web",project="p1",type="container"} 364544
lxd_memory_MemFree_bytes{name="web",project="p1",type="container"} 1.31702784e+08
lxd_memory_MemTotal_bytes{name="web",project="p1",type="container"} 1.34217728e+08
lxd_procs_total{name="web",project="p1",type="container"} 2
lxd_procs_total{name="db",project="p1",type="container"} 3
lxd_uptime_seconds 37.1
`;

describe("the metrics of an Incus or LXD server", () => {
  it("tell what each instance uses, with the memory without the cache of files", () => {
    assert.deepEqual(Object.fromEntries(parseMetrics(recorded)), {
      web: { memoryBytes: 417_792, cpuSeconds: 1.765625, processes: 2 },
      db: { memoryBytes: undefined, cpuSeconds: undefined, processes: 3 },
    });
  });

  it("have another beginning with Incus, and times without work do not count", () => {
    const text = `incus_cpu_seconds_total{cpu="0",mode="user",name="vm"} 2
incus_cpu_seconds_total{cpu="0",mode="idle",name="vm"} 100
incus_cpu_seconds_total{cpu="0",mode="iowait",name="vm"} 50
`;
    assert.equal(parseMetrics(text).get("vm")?.cpuSeconds, 2);
  });

  it("tell nothing in another form", () => {
    assert.equal(parseMetrics('{"type":"error"}\nlxd_procs_total{name="web"} many\n').size, 0);
  });
});
