import assert from "node:assert/strict";
import { chown, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { isPopulated } from "../../../../../server/driver/lxc/cgroups/cgroups";
import { readHierarchies } from "../../../../../server/driver/lxc/cgroups/hierarchies";
import { createLxcDriver } from "../../../../../server/driver/lxc/driver";
import { assertMccError } from "../../../../support/assert-error";
import { lxcHosts } from "../../../../support/lxc/lxc-host";
import { startContainer } from "../../../../support/lxc/running-container";
import { containerSpec, testImage } from "../../container-spec";
import { driverOptions } from "../../driver-options";

describe("the LXC driver next to others on the same host", () => {
  const host = lxcHosts();

  it("changes only its own containers, bridges and rules", async () => {
    await startContainer(host());
    const { options, place } = host();
    const folder = join(options.folder, "..", "foreign");
    const name = `foreign-${process.pid}`;
    const delta = join(folder, name, "layer", "delta");
    await mkdir(delta, { recursive: true });
    await chown(join(delta, ".."), 100_000, 100_000);
    await chown(delta, 100_000, 100_000);
    await execa("ip", ["link", "add", "foreign0", "type", "bridge"]);
    await execa("ip", ["link", "set", "foreign0", "up"]);
    await execa("nft", ["add", "table", "bridge", "foreign"]);
    await writeFile(
      join(folder, name, "config"),
      [
        `lxc.uts.name = ${name}`,
        `lxc.rootfs.path = overlay:${join(place.images, testImage, "rootfs")}:${delta}`,
        "lxc.idmap = u 0 100000 65536",
        "lxc.idmap = g 0 100000 65536",
        "lxc.net.0.type = veth",
        "lxc.net.0.link = foreign0",
        "lxc.mount.auto = proc:mixed sys:mixed",
      ].join("\n"),
    );
    // As root, LXC writes the id maps itself if it finds no program for that.
    await execa("/usr/bin/lxc-start", ["-P", folder, "-n", name], { env: { PATH: folder } });
    try {
      const { unified } = await readHierarchies();
      const runs = (): boolean => isPopulated(join(unified, `lxc.payload.${name}`));
      assert.equal(runs(), true);
      const { driver, nextDriver } = host();
      await driver.destroy(500);
      await driver.close();
      const last = nextDriver();
      await last.purge();
      assert.equal(runs(), true);
      assert.match((await execa("ip", ["-o", "link"])).stdout, /foreign0/);
      assert.match((await execa("nft", ["list", "tables"])).stdout, /table bridge foreign/);
    } finally {
      await execa("lxc-stop", ["-P", folder, "-n", name, "-k"]);
      await execa("ip", ["link", "delete", "foreign0"]);
      await execa("nft", ["delete", "table", "bridge", "foreign"]);
      await rm(folder, { recursive: true });
      await rm(join("/run/lxc/lock", folder), { recursive: true, force: true });
    }
  });

  it("works next to another daemon's driver", async () => {
    await startContainer(host());
    const folder = join(host().options.folder, "..", "second");
    const network = { address: "198.18.1.0", prefixLength: 24, gateway: "198.18.1.1", nat: false };
    const second = createLxcDriver(driverOptions(folder, { network }));
    await second.open();
    try {
      await second.importImage(testImage, host().tarball);
      await second.create(containerSpec(500, { ipAddress: "198.18.1.9" }));
      await second.start(500);
      assert.deepEqual(await second.list(), [{ id: 500, state: "running" }]);
    } finally {
      await second.destroy(500);
      await second.close();
      await second.purge();
    }
    assert.deepEqual(await host().driver.list(), [{ id: 500, state: "running" }]);
  });

  it("does not remove a cable of the same name on another driver's bridge", async () => {
    const { driver, place } = host();
    const veth = `${place.vethPrefix}500`;
    await execa("ip", ["link", "add", "other0", "type", "bridge"]);
    await execa("ip", ["link", "add", veth, "master", "other0", "type", "veth", "peer", "name", "other1"]);
    try {
      await driver.destroy(500);
      assert.match((await execa("ip", ["-o", "link"])).stdout, new RegExp(veth));
      await execa("ip", ["link", "set", veth, "nomaster"]);
      await driver.destroy(500);
      assert.doesNotMatch((await execa("ip", ["-o", "link"])).stdout, new RegExp(veth));
    } finally {
      await execa("ip", ["link", "delete", "other0"]);
    }
  });

  it("refuses a network that the host reaches through another interface", async () => {
    const { options, nextDriver, place } = host();
    for (const taken of ["198.18.0.0/16", "198.18.0.64/26", "198.18.0.1/24"]) {
      await execa("ip", ["link", "add", "other0", "type", "bridge"]);
      await execa("ip", ["address", "add", taken, "dev", "other0"]);
      await execa("ip", ["link", "set", "other0", "up"]);
      try {
        await assertMccError(
          nextDriver().open(),
          "conflict",
          /198\.18\.0\.0\/24 .* overlaps .* other0; .*-r/,
        );
      } finally {
        await execa("ip", ["link", "delete", "other0"]);
      }
    }
    await execa("ip", ["route", "add", "default", "via", options.network.gateway, "dev", place.bridge]);
    const driver = nextDriver();
    await driver.open();
    await driver.close();
  });
});
