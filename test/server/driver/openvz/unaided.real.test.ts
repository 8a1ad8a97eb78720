import assert from "node:assert/strict";
import { appendFileSync, existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ContainerSpec, Driver } from "../../../../server/driver/driver";
import { unaidedHost } from "../../../fakes/openvz/behaviour";
import { imageName } from "../../../fakes/openvz/install";
import { assertMccError } from "../../../support/assert-error";
import { execRequest } from "../container-spec";
import { fakeDrivers, lightSpec, makeForeign, vzctl } from "./fake-driver";

/** vzctl has scripts for this distribution, one of which fails in a user namespace. */
const debianName = "debian-12-x86_64";
const address = "198.18.0.101";

describe("the OpenVZ driver on a host without an OpenVZ kernel, with vz.conf as shipped", () => {
  const { host, newDriver } = fakeDrivers(unaidedHost);
  let driver: Driver;
  const inside = (path: string): string => host().path(`vz/private/501/${path}`);
  const textInside = (path: string): string => readFileSync(inside(path), "utf8");
  const spec = (changes: Partial<ContainerSpec> = {}): ContainerSpec =>
    lightSpec(501, { hostname: "web.example", nameservers: ["198.18.0.1"], ...changes });
  const run = async (script: string): Promise<string> => {
    const { stdout, stderr } = await driver.exec(501, execRequest(["sh", "-c", script]));
    return `${Buffer.from(stdout).toString()}${Buffer.from(stderr).toString()}`;
  };

  beforeEach(() => {
    host().asShipped();
    linkSync(host().imageFile(imageName), host().imageFile(debianName));
    driver = newDriver();
  });

  it("creates, lists and destroys containers without vzlist", async () => {
    await makeForeign(host(), "777", "--layout", "simfs", "--ipadd", "198.18.0.7", "--name", "other");
    host().takeCommands();
    await driver.create(spec());
    assert.deepEqual(await driver.list(), [{ id: 501, state: "stopped" }]);
    await driver.start(501);
    assert.deepEqual(await driver.list(), [{ id: 501, state: "running" }]);
    assert.deepEqual(await newDriver().list(), [{ id: 501, state: "running" }]);
    assert.deepEqual(
      (await driver.foreign()).map(({ engineId, name, ipAddresses }) => [engineId, name, ipAddresses]),
      [["777", "other", ["198.18.0.7"]]],
    );
    await driver.stop(501, 1000);
    assert.deepEqual(await driver.list(), [{ id: 501, state: "stopped" }]);
    await driver.destroy(501);
    assert.deepEqual(await driver.list(), []);
    assert.deepEqual(
      host()
        .takeCommands()
        .filter(([program]) => program === "vzlist"),
      [],
    );
  });

  for (const image of [imageName, debianName]) {
    it(`sets up a container of ${image} from inside at each start`, async () => {
      await driver.create(spec({ image, hosts: () => [`${address} web.example web`, "198.18.0.9 db"] }));
      // Left to ifup, it would have no address, because no script has written the files of ifup.
      writeFileSync(inside("sbin/ifup"), "#!/bin/sh\n", { mode: 0o755 });
      for (const round of [1, 2]) {
        await driver.start(501);
        assert.equal(await run("hostname"), "web.example\n", `start ${round}`);
        assert.match(
          await run("busybox ip addr show venet0"),
          /link\/ether 02:00:c6:12:00:65 [^]* inet 198\.18\.0\.101\/32/,
        );
        assert.equal(textInside("etc/hostname"), "web.example\n");
        assert.equal(textInside("etc/resolv.conf"), "nameserver 198.18.0.1\n");
        assert.match(textInside("etc/hosts"), /^127\.0\.0\.1 localhost\n[^]*\n198\.18\.0\.9 db\n/);
        await driver.stop(501, 0);
      }
      assert.equal((await driver.remains(501)).image, image);
    });
  }

  it("lets a container know its own name without the names of others", async () => {
    await driver.create(spec());
    assert.match(textInside("etc/hosts"), /^198\.18\.0\.101 web\.example web$/m);
  });

  it("sets up a container of an earlier release, which has the image's files", async () => {
    await driver.create(spec({ image: debianName }));
    await vzctl(host(), "set", "501", "--ostemplate", debianName, "--save");
    ["hostname", "resolv.conf"].forEach((name) => rmSync(inside(`etc/${name}`)));
    await driver.start(501);
    assert.equal(textInside("etc/hostname"), "web.example\n");
    assert.equal(textInside("etc/resolv.conf"), "nameserver 198.18.0.1\n");
  });

  it("follows the host's name servers, except for a container that has its own", async () => {
    await driver.create(spec());
    await driver.start(501, ["198.18.0.53"]);
    assert.equal(textInside("etc/resolv.conf"), "nameserver 198.18.0.53\n");
    await driver.stop(501, 0);
    writeFileSync(inside("etc/resolv.conf"), "nameserver 9.9.9.9\n");
    await driver.start(501, ["198.18.0.54"]);
    assert.equal(textInside("etc/resolv.conf"), "nameserver 9.9.9.9\n");
  });

  it("writes nothing from outside into a container that runs already", async () => {
    await driver.create(spec());
    await driver.start(501);
    writeFileSync(inside("etc/hostname"), "own\n");
    await driver.start(501);
    assert.equal(textInside("etc/hostname"), "own\n");
  });

  it("changes names in the hosts file, whether the container runs or not", async () => {
    await driver.create(spec({ hosts: () => ["198.18.0.9 db"] }));
    appendFileSync(inside("etc/hosts"), "192.0.2.1 own\n");
    const namesAfter = async (lines: readonly string[]): Promise<string[]> => {
      await driver.setHosts?.(501, lines);
      return textInside("etc/hosts")
        .split("\n")
        .filter((line) => /^19/.test(line));
    };
    assert.deepEqual(await namesAfter(["198.18.0.8 db"]), ["198.18.0.8 db", "192.0.2.1 own"]);
    await driver.start(501);
    assert.deepEqual(await namesAfter(["198.18.0.7 db"]), ["198.18.0.7 db", "192.0.2.1 own"]);
    rmSync(inside("etc/hosts"));
    assert.deepEqual(await namesAfter(["198.18.0.6 db"]), ["198.18.0.6 db"]);
    assert.match(textInside("etc/hosts"), /^127\.0\.0\.1 localhost/);
    await driver.stop(501, 0);
    await driver.destroy(501);
    await assertMccError(driver.setHosts?.(501, []) ?? Promise.resolve(), "not-found", /501/);
  });

  it("lets the host forget the hardware address of the previous run, and gives the bridge its own", async () => {
    await driver.create(spec());
    host().rememberNeighbour(address);
    await driver.start(501);
    assert.deepEqual(
      host()
        .traces()
        .filter((trace) => trace.includes("neighbours")),
      [],
    );
    assert.equal(readFileSync(`${host().places.venet}/addr_assign_type`, "utf8"), "3\n");
  });

  it("starts a container also if iproute2 fails", async () => {
    await driver.create(spec());
    host().behave({ faults: [{ at: "ip", exitCode: 1 }] });
    await driver.start(501);
    await driver.stop(501, 0);
    rmSync(host().path("bin/ip"));
    const path = process.env["PATH"];
    process.env["PATH"] = host().bin;
    try {
      await driver.start(501);
    } finally {
      process.env["PATH"] = path;
    }
  });

  it("leaves nothing of a start that failed", async () => {
    await driver.create(spec());
    host().behave({ faults: [{ at: "start:prepared", exitCode: 31, stderr: "no luck" }] });
    await assertMccError(driver.start(501), "engine", /no luck/);
    assert.deepEqual(host().traces(), []);
  });

  it("leaves nothing of a run after a shutdown, and no route after the destroy", async () => {
    await driver.create(spec());
    await driver.start(501);
    await driver.stop(501, 5000);
    assert.deepEqual(host().traces(), [`net/routes/${address}`, `net/proxies/${address}`]);
    await driver.destroy(501);
    assert.deepEqual(host().traces(), []);
    assert.deepEqual(host().remains(), []);
  });

  it("leaves nothing of a container that has shut itself down", async () => {
    await driver.create(spec());
    await driver.start(501);
    await run("kill -TERM 1").catch(() => undefined);
    await driver.destroy(501);
    assert.deepEqual(host().traces(), []);
  });

  it("keeps the route to an address that another container has too", async () => {
    await driver.create(spec());
    await driver.start(501);
    await makeForeign(host(), "777", "--layout", "simfs", "--ipadd", address);
    await driver.destroy(501);
    assert.ok(existsSync(host().path(`net/routes/${address}`)));
  });

  it("removes nothing of a container that runs again, or on which a command of an operator works", async () => {
    await driver.create(spec());
    await driver.start(501);
    host().behave({ faults: [{ at: "start", exitCode: 31 }] });
    const before = host().traces();
    await assertMccError(driver.start(501), "engine", /vzctl start 501/);
    assert.deepEqual(host().traces(), before);
    host().behave({ faults: [] });
    await driver.stop(501, 5000);
    await vzctl(host(), "start", "501");
    await vzctl(host(), "stop", "501");
    const left = host().traces();
    writeFileSync(host().path("vz/lock/501.lck"), `${process.pid}\n`);
    host().behave({ faults: [{ at: "start", exitCode: 31 }] });
    await assertMccError(driver.start(501), "engine", /vzctl start 501/);
    assert.deepEqual(host().traces(), left);
  });
});
