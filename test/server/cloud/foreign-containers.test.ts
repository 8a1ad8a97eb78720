import assert from "node:assert/strict";
import sinon from "sinon";
import { localAdmin } from "../../../server/cloud/access/caller";
import type { ForeignContainer } from "../../../server/driver/driver";
import { assertMccError } from "../../support/assert-error";
import { createReady, creation, testClouds } from "../../support/daemons/test-cloud";

const foreign = (engineId: string, ipAddress: string, name?: string): ForeignContainer => ({
  engineId,
  status: "running",
  name,
  hostname: undefined,
  image: "debian-12",
  ipAddresses: [ipAddress],
});

describe("containers of other software on the same engine", () => {
  const newCloud = testClouds();
  afterEach(() => sinon.restore());

  it("keep their ids, addresses and names", async () => {
    const { cloud, driver } = await newCloud();
    sinon
      .stub(driver, "foreign")
      .resolves([
        foreign("500", "198.18.0.2"),
        foreign("501", "198.18.0.4", "theirs"),
        foreign("503", "10.0.0.1"),
      ]);
    const made = [await createReady(cloud), await createReady(cloud), await createReady(cloud)];
    assert.deepEqual(
      made.map(({ id, ipAddress }) => [id, ipAddress]),
      [
        [502, "198.18.0.3"],
        [504, "198.18.0.5"],
        [505, "198.18.0.6"],
      ],
    );
    assert.equal(cloud.info(localAdmin).addressPool.free, cloud.info(localAdmin).addressPool.size - 5);
    const create = (parameters: object) => cloud.instances.create(localAdmin, creation(parameters));
    const byOthers = /on this host that MiniCloud did not create/;
    await assertMccError(create({ ipAddress: "198.18.0.4" }), "conflict", byOthers);
    await assertMccError(create({ name: "theirs" }), "conflict", byOthers);
    assert.equal((await cloud.foreignContainers()).length, 3);
  });

  it("release their addresses when they disappear", async () => {
    const { cloud, driver } = await newCloud({ range: { first: "198.18.0.2", last: "198.18.0.3" } });
    const stub = sinon.stub(driver, "foreign").resolves([foreign("7", "198.18.0.3")]);
    await createReady(cloud);
    await assertMccError(createReady(cloud), "exhausted", /All 2 addresses/);
    stub.resolves([]);
    assert.equal((await createReady(cloud)).ipAddress, "198.18.0.3");
  });

  it("are not assumed to be missing if the engine does not answer", async () => {
    const { cloud, driver } = await newCloud();
    sinon.stub(driver, "foreign").rejects(new Error("no answer"));
    await assert.rejects(createReady(cloud), /no answer/);
    assert.deepEqual(await cloud.instances.list(localAdmin, {}), []);
  });
});

describe("the instance types of an engine", () => {
  const newCloud = testClouds();

  it("replace the stock types", async () => {
    const { cloud, driver, reopen } = await newCloud();
    assert.ok(cloud.types().some(({ name }) => name === "unlimited"));
    sinon.stub(driver, "types").resolves([{ name: "vswap-256m", memoryBytes: 2 ** 28 }]);
    const next = await reopen();
    sinon.restore();
    assert.deepEqual(
      next.types().map(({ name }) => name),
      ["vswap-256m"],
    );
  });
});
