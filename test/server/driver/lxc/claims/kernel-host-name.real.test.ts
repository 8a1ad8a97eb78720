import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { payloadPrefix } from "../../../../../server/driver/lxc/cgroups/cgroups";
import { firstProcessOf } from "../../../../../server/driver/lxc/cgroups/first-process";
import { readHierarchies } from "../../../../../server/driver/lxc/cgroups/hierarchies";
import { KernelHostName } from "../../../../../server/driver/lxc/claims/kernel-host-name";
import { type HostProcess, processes } from "../../../../../server/driver/lxc/commands/processes";
import type { ContainerPlace } from "../../../../../server/driver/lxc/place";
import { type Starter, starterProgram } from "../../../../../server/driver/lxc/starter/starter";
import { assertMccError } from "../../../../support/assert-error";
import { lxcHosts } from "../../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../../support/lxc/running-container";
import { eventually } from "../../../../support/time/eventually";
import { containerSpec } from "../../container-spec";

const as = containerSpec(500, { hostname: "web.example" });

describe("the kernel's host name of a claimed container", () => {
  const host = lxcHosts();

  const starters = async (): Promise<HostProcess[]> =>
    (await processes()).filter(
      ({ words }) => basename(words[0] ?? "") === starterProgram && words.includes(host().place.containers),
    );
  /** Returns the processes that wait for the name of a container. */
  const setters = async (): Promise<HostProcess[]> => {
    const { name } = container();
    return (await processes()).filter(({ words }) => words.at(-1) === name && words.includes("-c"));
  };
  const container = (): ContainerPlace => host().place.container(500);
  const pid = async (): Promise<number | undefined> => {
    const { unified } = await readHierarchies();
    return await firstProcessOf(join(unified, `${payloadPrefix}${container().name}`));
  };
  const prepare = async (): Promise<void> => {
    await host().driver.claims?.prepare(500);
  };
  const killStarter = async (): Promise<void> => {
    const [starter] = await starters();
    process.kill(starter?.pid ?? 0, "SIGKILL");
    await eventually(async () => (await starters()).length === 0, "the process has ended");
  };
  const namedAfterClaim = async (): Promise<string> => {
    await host().driver.claims?.claim(500, as);
    return await shell(host(), "hostname");
  };

  beforeEach(() => startContainer(host(), 500, { unclaimed: true }));

  it("is set by lxc-starter, which leaves the namespace", async () => {
    const before = hostname();
    await prepare();
    assert.deepEqual(await setters(), []);
    assert.equal(await namedAfterClaim(), "web.example");
    const [starter] = await starters();
    assert.equal(await readlink(`/proc/${starter?.pid}/ns/uts`), await readlink("/proc/self/ns/uts"));
    await startContainer(host(), 501, { hostname: "other" });
    assert.equal(await shell(host(), "hostname"), "web.example");
    assert.equal(hostname(), before);
  });

  it("is set by a process that waits for it where lxc-starter does not run", async () => {
    await killStarter();
    await prepare();
    assert.equal((await setters()).length, 1);
    assert.equal(await namedAfterClaim(), "web.example");
    await eventually(async () => (await setters()).length === 0, "the process has ended");
  });

  it("is set if lxc-starter ends between the preparation and the claim", async () => {
    await prepare();
    await killStarter();
    assert.equal(await namedAfterClaim(), "web.example");
  });

  it("is set if lxc-starter is killed while it has the request", async () => {
    await prepare();
    const [starter] = await starters();
    process.kill(starter?.pid ?? 0, "SIGSTOP");
    const named = namedAfterClaim();
    process.kill(starter?.pid ?? 0, "SIGKILL");
    assert.equal(await named, "web.example");
  });

  it("is never that of the host", () => {
    const starter = { isReady: true } as unknown as Starter;
    assert.throws(() => new KernelHostName({ starter, timeoutMs: 2000 }, container(), process.pid), {
      code: "conflict",
      message: /does not run any more/,
    });
  });

  it("is not set after the claim has ended, and its namespace is open until lxc-starter has answered", async () => {
    let path = "";
    let answer: (isSet: boolean) => void = () => undefined;
    const setHostName = (namespace: string): Promise<boolean> => {
      path = namespace;
      return new Promise((resolve) => {
        answer = resolve;
      });
    };
    const starter = { isReady: true, setHostName } as unknown as Starter;
    const name = new KernelHostName({ starter, timeoutMs: 2000 }, container(), (await pid()) ?? 0);
    const set = assertMccError(name.set("web"), "conflict", /is not set any more/);
    name.close();
    name.close();
    await pause(10);
    assert.ok(existsSync(path));
    answer(false);
    await set;
    assert.ok(!existsSync(path));
    await assertMccError(name.set("web"), "conflict", /is not set any more/);
  });
});
