import assert from "node:assert/strict";
import type { Usage } from "../../../../server/driver/driver";
import { lxcHosts } from "../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../support/lxc/running-container";
import { eventually } from "../../../support/time/eventually";

const mebibyte = 1024 * 1024;
/** Keeps 30 MiB in the memory of a process. */
const hold = "head -c 31457280 /dev/zero | tail -c 31457280 | (sleep 1000; cat) >/dev/null &";
const burn = "timeout 1000 sh -c 'while :; do :; done' >/dev/null 2>&1 &";
/** Fills the cache of files, which is no memory in use. */
const readFiles = "head -c 20000000 /dev/zero >/root/file && cat /root/file /root/file >/dev/null";

describe("the usage of LXC containers", () => {
  const host = lxcHosts();

  async function usage(id = 500): Promise<Usage> {
    const [found] = await host().driver.usage([id]);
    assert.ok(found);
    return found;
  }

  it("grows with the memory, the processor time and the processes of its programs, and not with files", async () => {
    await startContainer(host(), 500, { type: { name: "roomy", memoryBytes: 256 * mebibyte } });
    await startContainer(host(), 501);
    const [idle, other] = [await usage(), await usage(501)];
    assert.ok((idle.memoryBytes ?? 0) > 100_000, String(idle.memoryBytes));
    await shell(host(), readFiles);
    const withFile = await usage();
    assert.ok(
      (withFile.memoryBytes ?? 0) < (idle.memoryBytes ?? 0) + 15 * mebibyte,
      String(withFile.memoryBytes),
    );
    await shell(host(), `${hold} ${burn} true`);
    await eventually(async () => {
      const busy = await usage();
      return (
        (busy.memoryBytes ?? 0) > (idle.memoryBytes ?? 0) + 25 * mebibyte &&
        (busy.cpuSeconds ?? 0) > (withFile.cpuSeconds ?? 0) + 0.5
      );
    }, "the memory and the processor time have grown");
    const busy = await usage();
    assert.ok((busy.memoryBytes ?? 0) < (idle.memoryBytes ?? 0) + 80 * mebibyte, String(busy.memoryBytes));
    const elapsedSeconds = (busy.atMs - idle.atMs) / 1000;
    assert.ok((busy.cpuSeconds ?? 0) - (idle.cpuSeconds ?? 0) < 4 * elapsedSeconds);
    assert.ok((busy.processes ?? 0) >= (idle.processes ?? 0) + 3, String(busy.processes));
    const otherNow = await usage(501);
    assert.ok((otherNow.memoryBytes ?? 0) < (other.memoryBytes ?? 0) + 10 * mebibyte);
  });

  it("begins again with the next start", async () => {
    await startContainer(host(), 500);
    await shell(host(), "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done");
    const before = await usage();
    await host().driver.stop(500, 0);
    assert.deepEqual(await host().driver.usage([500]), []);
    await host().driver.start(500);
    assert.ok(((await usage()).cpuSeconds ?? 0) < (before.cpuSeconds ?? 0), String(before.cpuSeconds));
  });
});
