import assert from "node:assert/strict";
import { createLxcDriver } from "../../../../server/driver/lxc/driver";
import { defaultTimes } from "../../../../server/driver/lxc/times";
import { lxcHosts } from "../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../support/lxc/running-container";
import { eventually } from "../../../support/time/eventually";

const type = { name: "small", memoryBytes: 32 * 1024 * 1024 };
/** The reader of a pipe that keeps everything in memory. */
const hungry = "head -c 60000000 /dev/zero | tail -c 60000000 | wc -c";

describe("the watch of LXC containers that run out of memory", () => {
  const host = lxcHosts();
  const none = (): void => undefined;

  it("reports what the kernel killed, again after a restart, and to the next daemon", async () => {
    // A busy kernel can kill more than one process before the memory of the first is free. So no number is fixed.
    const seen: number[][] = [];
    const lastReport = (): number | undefined => seen.at(-1)?.[1];
    const watching = createLxcDriver(host().options, { ...defaultTimes, sweepEveryMs: 100 });
    watching.watch(none, (...report) => seen.push(report));
    await startContainer(host(), 500, { type });
    assert.equal(await host().driver.memoryKills(500), 0);
    await shell(host(), hungry);
    const first = await host().driver.memoryKills(500);
    assert.ok(first > 0);
    await eventually(() => lastReport() === first, "it is reported");
    await shell(host(), hungry);
    const second = await host().driver.memoryKills(500);
    assert.ok(second > first);
    await eventually(() => lastReport() === second, "those after it are reported");
    assert.deepEqual(
      seen.map(([, kills = 0]) => kills),
      seen.map(([, kills = 0]) => kills).sort((one, other) => one - other),
      "no report counts less than an earlier one",
    );
    await host().driver.stop(500, 0);
    assert.equal(await host().driver.memoryKills(500), 0);
    await host().driver.start(500);
    await shell(host(), hungry);
    const third = await host().driver.memoryKills(500);
    assert.ok(third > 0);
    await eventually(() => lastReport() === third, "it is reported after a restart");
    assert.ok(seen.every(([id]) => id === 500));
    await watching.close();
  });
});
