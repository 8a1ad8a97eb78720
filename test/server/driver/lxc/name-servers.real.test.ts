import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { lxcHosts } from "../../../support/lxc/lxc-host";
import { shell, startContainer } from "../../../support/lxc/running-container";
import { execRequest } from "../container-spec";

const path = "/etc/resolv.conf";

describe("the name servers of LXC containers", () => {
  const host = lxcHosts();

  async function restart(...nameservers: string[]): Promise<string> {
    await host().driver.stop(500, 0);
    await host().driver.start(500, nameservers);
    return await shell(host(), `cat ${path}`);
  }

  it("are those of their last start", async () => {
    await startContainer(host());
    assert.equal(await shell(host(), `cat ${path}`), "nameserver 198.18.0.1");
    assert.equal(await restart("192.0.2.1", "192.0.2.2"), "nameserver 192.0.2.1\nnameserver 192.0.2.2");
    assert.equal(await restart(), "");
    assert.equal(await restart("192.0.2.3"), "nameserver 192.0.2.3");
    await host().driver.stop(500, 0);
    await host().driver.start(500);
    assert.equal(await shell(host(), `cat ${path}`), "nameserver 192.0.2.3", "none given");
  });

  it("are those of their last start in containers of the last release too", async () => {
    await startContainer(host());
    rmSync(host().place.container(500).nameServers);
    assert.equal(await restart("192.0.2.1"), "nameserver 192.0.2.1");
  });

  it("stay as the container itself has them", async () => {
    await startContainer(host());
    await shell(host(), `echo options rotate >>${path}`);
    assert.equal(await restart("192.0.2.1"), "nameserver 198.18.0.1\noptions rotate");
    await shell(host(), `echo nameserver 192.0.2.9 >${path}`);
    assert.equal(await restart("192.0.2.1"), "nameserver 192.0.2.9");
    await shell(host(), `rm ${path}`);
    assert.match(await restart("192.0.2.1"), /No such file/);
  });

  it("are written through no link of the container's", async () => {
    await startContainer(host());
    const victim = join(host().options.folder, "victim");
    const { driver, place } = host();
    const script = `ln -sf ${victim} ${path}`;
    assert.equal((await driver.exec(500, execRequest(["sh", "-c", script]))).exitCode, 0);
    await restart("192.0.2.1");
    assert.equal(existsSync(victim), false);
    await shell(host(), `rm ${path}; mv /etc /elsewhere; ln -s ${place.folder} /etc`);
    await restart("192.0.2.1");
    assert.equal(existsSync(join(place.folder, "resolv.conf")), false);
    assert.equal(readFileSync(place.container(500).nameServers, "utf8"), "nameserver 198.18.0.1\n");
  });
});
