import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import sinon from "sinon";
import { limitDriver } from "../../../server/cloud/limited-driver";
import type { ContainerSpec, Driver, ExecRequest, TakeableContainer } from "../../../server/driver/driver";
import { createSimulatedDriver } from "../../../server/driver/simulated/driver";
import { temporaryFolders } from "../../support/files/temporary-folder";

const spec: ContainerSpec = {
  id: 500,
  uid: "0".repeat(32),
  name: "web",
  image: "micro",
  hostname: "web",
  ipAddress: "198.18.0.2",
  nameservers: [],
  type: { name: "basic" },
  files: [],
};
const request: ExecRequest = {
  command: ["true"],
  stdin: Buffer.alloc(0),
  timeoutMs: 1000,
  maxOutputBytes: 1,
};
const container: TakeableContainer = {
  engineId: "7",
  status: "running",
  name: undefined,
  hostname: undefined,
  image: undefined,
  ipAddresses: [],
  description: undefined,
  type: undefined,
};

/** A driver with one slot for changes. Its `start` ends only after `release`. */
class Engine {
  readonly calls: string[] = [];
  release: () => void = () => undefined;
  readonly driver: Driver;

  constructor(folder: string) {
    const bare = createSimulatedDriver({
      folder,
      serverId: "0".repeat(32),
      network: { address: "198.18.0.0", prefixLength: 24, gateway: "198.18.0.1", nat: false },
      commandTimeoutMs: 1000,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
    });
    const called =
      <T>(name: string, result: T) =>
      (): Promise<T> => {
        this.calls.push(name);
        return Promise.resolve(result);
      };
    sinon.stub(bare, "create").callsFake(called("create", { hasSshServer: true }));
    sinon.stub(bare, "start").callsFake(() => {
      this.calls.push("start");
      return new Promise((resolve) => {
        this.release = resolve;
      });
    });
    for (const name of ["stop", "destroy", "rename", "writeFiles", "readFile", "resize"] as const) {
      sinon.stub(bare, name).callsFake(called(name, undefined));
    }
    sinon
      .stub(bare, "exec")
      .callsFake(
        called("exec", { exitCode: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), truncated: false }),
      );
    sinon.stub(bare, "list").callsFake(called("list", []));
    this.driver = Object.assign(Object.create(bare) as Driver, {
      capabilities: { ...bare.capabilities, changesAtOnce: 1 },
      takesOver: {
        find: called("find", container),
        take: called("take", undefined),
        giveBack: called("giveBack", undefined),
      },
    });
  }
}

describe("a limited driver", () => {
  const newFolder = temporaryFolders();
  const newEngine = async (): Promise<Engine> => new Engine(await newFolder());

  it("passes on the health of the network, and the name servers of a start", async () => {
    const engine = await newEngine();
    const driver = limitDriver(engine.driver);
    assert.equal(driver.networkHealth?.(), undefined, "it makes no network");
    const health = { problems: [{ problem: "a chain drops packets", remedy: "remove it" }], repairs: 2 };
    Object.assign(engine.driver, { networkHealth: () => health });
    assert.deepEqual(driver.networkHealth?.(), health);
    const start = sinon.fake.resolves(undefined);
    Object.assign(engine.driver, { start });
    await driver.start(500, ["192.0.2.1"]);
    assert.deepEqual(start.firstCall.args, [500, ["192.0.2.1"]]);
  });

  const changes: Readonly<Record<string, (driver: Driver) => Promise<unknown> | undefined>> = {
    create: (driver) => driver.create(spec),
    destroy: (driver) => driver.destroy(500),
    rename: (driver) => driver.rename(500, "db"),
    writeFiles: (driver) => driver.writeFiles(500, []),
    resize: (driver) => driver.resize(500, { name: "basic" }),
    take: (driver) => driver.takesOver?.take("7", spec),
    giveBack: (driver) => driver.takesOver?.giveBack(500, {}),
    readFile: (driver) => driver.readFile(500, "/etc/hostname", 1),
  };
  for (const [name, change] of Object.entries(changes)) {
    it(`runs ${name} only when a slot for changes is free`, async () => {
      const engine = await newEngine();
      const driver = limitDriver(engine.driver);
      const starting = driver.start(500);
      const changing = change(driver);
      await nextTurn();
      assert.deepEqual(engine.calls, ["start"]);
      engine.release();
      await Promise.all([starting, changing]);
      assert.deepEqual(engine.calls, ["start", name]);
    });
  }

  it("runs destroys while other changes run, if the driver says how many", async () => {
    const engine = await newEngine();
    Object.assign(engine.driver, { capabilities: { ...engine.driver.capabilities, destroysAtOnce: 2 } });
    const driver = limitDriver(engine.driver);
    const starting = driver.start(500);
    const ahead = driver.inSpareSlot((bare) => bare.resize(600, { name: "basic" }));
    let running = 0;
    let most = 0;
    Object.assign(engine.driver, {
      destroy: async () => {
        running += 1;
        most = Math.max(most, running);
        await nextTurn();
        running -= 1;
      },
    });
    await Promise.all([501, 502, 503, 504].map((id) => driver.destroy(id)));
    assert.equal(most, 2);
    assert.deepEqual(engine.calls, ["start"], "work of low priority waits for destroys too");
    engine.release();
    await Promise.all([starting, ahead]);
  });

  it("runs queries, stops and commands without waiting for changes", async () => {
    const engine = await newEngine();
    const driver = limitDriver(engine.driver);
    const starting = driver.start(500);
    await Promise.all([driver.stop(501, 10), driver.stop(502, 0), driver.exec(503, request), driver.list()]);
    assert.deepEqual(engine.calls.toSorted(), ["exec", "list", "start", "stop", "stop"]);
    engine.release();
    await starting;
  });

  it("runs several changes in one slot without waiting for another", async () => {
    const engine = await newEngine();
    const driver = limitDriver(engine.driver);
    const creating = driver.inOneSlot(async (bare) => {
      await bare.create(spec);
      await bare.start(500);
    });
    const destroying = driver.destroy(501);
    await nextTurn();
    assert.deepEqual(engine.calls, ["create", "start"]);
    engine.release();
    await Promise.all([creating, destroying]);
    assert.deepEqual(engine.calls, ["create", "start", "destroy"]);
  });

  it("runs work of low priority only while no other change runs or waits", async () => {
    const engine = await newEngine();
    Object.assign(engine.driver, { capabilities: { ...engine.driver.capabilities, changesAtOnce: 8 } });
    const driver = limitDriver(engine.driver);
    const starting = driver.start(500);
    const ahead = [600, 601, 602].map((id) => driver.inSpareSlot((bare) => bare.destroy(id)));
    await driver.destroy(501);
    await nextTurn();
    assert.deepEqual(engine.calls, ["start", "destroy"]);
    engine.release();
    await Promise.all([starting, ...ahead]);
    assert.deepEqual(engine.calls, ["start", "destroy", "destroy", "destroy", "destroy"]);
  });
});
