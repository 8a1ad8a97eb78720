import assert from "node:assert/strict";
import sinon from "sinon";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { assertMccError } from "../../../support/assert-error";
import { createReady, creation, targetOf, testClouds } from "../../../support/daemons/test-cloud";
import { eventually } from "../../../support/time/eventually";
import { handTime } from "../../../support/time/hand-time";

describe("instances", () => {
  const newCloud = testClouds();
  const time = handTime();

  it("are created with the given arguments and the defaults", async () => {
    const { cloud } = await newCloud();
    const instance = await cloud.instances.create(
      localAdmin,
      creation({ name: "web", labels: { role: "web" } }),
    );
    assert.equal(instance.status, "pending");
    const { ready, instance: running } = await cloud.instances.wait(localAdmin, {
      ...targetOf(instance),
      timeoutSeconds: 5,
    });
    assert.equal(ready, true);
    assert.deepEqual(
      { ...running, uid: "", createdAt: "", sshHostKey: "" },
      {
        id: 500,
        uid: "",
        name: "web",
        status: "running",
        ipAddress: "198.18.0.2",
        hostname: "web",
        image: "micro",
        type: "basic",
        keys: [],
        labels: { role: "web" },
        createdAt: "",
        sshHostKey: "",
        simulated: true,
        account: "admin",
      },
    );
    assert.match(running.sshHostKey, /^ssh-ed25519 AAAA/);
  });

  it("are returned when they are ready, or after waitSeconds", async () => {
    const { cloud, driver } = await newCloud();
    assert.equal((await cloud.instances.create(localAdmin, creation({ waitSeconds: 60 }))).status, "running");
    let goOn = (): void => undefined;
    sinon.stub(driver, "start").returns(new Promise((resolve) => (goOn = resolve)));
    const slow = await time.passDuring(cloud.instances.create(localAdmin, creation({ waitSeconds: 1 })));
    goOn();
    assert.equal(slow.status, "pending");
  });

  it("are returned to old clients with an id before the timeout of those clients", async () => {
    const { cloud, driver } = await newCloud();
    let goOn = (): void => undefined;
    const made = new Promise<{ hasSshServer: boolean }>((resolve) => {
      goOn = () => resolve({ hasSshServer: true });
    });
    sinon.stub(driver, "create").returns(made);
    const slow = await time.passDuring(cloud.instances.createMade(localAdmin, creation(), {}, 100));
    goOn();
    assert.deepEqual([slow.id, slow.status], [500, "pending"]);
  });

  it("are refused for an unknown image, type or key, with the available ones", async () => {
    const { cloud } = await newCloud();
    const create = (parameters: object) => cloud.instances.create(localAdmin, creation(parameters));
    await assertMccError(create({ image: "debian-13" }), "not-found", /No image "debian-13".*micro/);
    await assertMccError(create({ type: "huge" }), "not-found", /No instance type "huge".*basic.*unlimited/);
    await assertMccError(create({ keys: ["me"] }), "not-found", /No key "me".*no keys yet/);
    assert.deepEqual(await cloud.instances.list(localAdmin, {}), []);
    assert.equal(cloud.info(localAdmin).addressPool.free, cloud.info(localAdmin).addressPool.size);
  });

  it("get only addresses of the pool, and each address once", async () => {
    const { cloud } = await newCloud();
    const create = (ipAddress: string) => cloud.instances.create(localAdmin, creation({ ipAddress }));
    await assertMccError(create("10.0.0.1"), "invalid", /10\.0\.0\.1 is not in this server's range/);
    await assertMccError(create("198.18.0.1"), "invalid", /198\.18\.0\.1 is not in/);
    assert.equal((await create("198.18.0.5")).ipAddress, "198.18.0.5");
    await assertMccError(create("198.18.0.5"), "conflict", /198\.18\.0\.5 is taken/);
  });

  it("leave nothing incomplete if the pool is exhausted", async () => {
    const { cloud, driver } = await newCloud({ range: { first: "198.18.0.2", last: "198.18.0.3" } });
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, (_, index) => createReady(cloud, { name: `host-${index}` })),
    );
    assert.equal(results.filter(({ status }) => status === "fulfilled").length, 2);
    await assertMccError(createReady(cloud), "exhausted", /All 2 addresses.*-r/);
    assert.equal((await driver.list()).length, 2);
    assert.equal((await cloud.instances.list(localAdmin, {})).length, 2);
  });

  it("get a name only once if several requests ask for it at the same time", async () => {
    const { cloud } = await newCloud();
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, () => cloud.instances.create(localAdmin, creation({ name: "web" }))),
    );
    const errors = results.flatMap((result) => (result.status === "rejected" ? [String(result.reason)] : []));
    assert.equal(errors.length, 5);
    errors.forEach((error) => assert.match(error, /The name "web" is taken by instance 500/));
    assert.equal((await cloud.instances.list(localAdmin, {})).length, 1);
  });

  it("are created once for a client token, even if several requests send it at the same time", async () => {
    const { cloud } = await newCloud();
    const made = await Promise.all(
      Array.from({ length: 6 }, () =>
        cloud.instances.create(localAdmin, creation({ clientToken: "token-0001" })),
      ),
    );
    assert.equal(new Set(made.map(({ uid }) => uid)).size, 1);
  });

  it("are refused for a known client token with other fixed properties, and the error shows the labels", async () => {
    const { cloud } = await newCloud();
    await createReady(cloud, { clientToken: "token-0001", labels: { stack: "dev" } });
    await assertMccError(
      cloud.instances.create(localAdmin, creation({ clientToken: "token-0001", ipAddress: "198.18.0.9" })),
      "conflict",
      /created instance 500 .*ipAddress 198\.18\.0\.2, not 198\.18\.0\.9.*stack=dev.*destroy that instance/,
    );
    await cloud.instances.destroy(localAdmin, { instance: 500 });
    const again = await createReady(cloud, { clientToken: "token-0001", ipAddress: "198.18.0.9" });
    assert.equal(again.id, 501);
  });

  it("are not changed by requests for another server or another uid", async () => {
    const { cloud } = await newCloud();
    const instance = await createReady(cloud, { name: "web" });
    const elsewhere = { instance: instance.id, uid: instance.uid, serverId: "f".repeat(32) };
    await assertMccError(
      cloud.instances.get(localAdmin, elsewhere),
      "conflict",
      /not the server that created instance 500.*MCC_SERVER/,
    );
    await assertMccError(cloud.instances.destroy(localAdmin, elsewhere), "conflict", /nothing was changed/);
    const earlier = { instance: instance.id, uid: "0".repeat(32) };
    await assertMccError(cloud.instances.get(localAdmin, earlier), "not-found", /No instance 500/);
    assert.deepEqual(await cloud.instances.destroy(localAdmin, earlier), { destroyed: false });
    assert.equal((await cloud.instances.get(localAdmin, { instance: "web" })).uid, instance.uid);
  });

  it("are destroyed once, even by two requests at the same time or during the creation", async () => {
    const { cloud, driver } = await newCloud();
    const instance = await cloud.instances.create(localAdmin, creation());
    const results = await Promise.all([
      cloud.instances.destroy(localAdmin, targetOf(instance)),
      cloud.instances.destroy(localAdmin, targetOf(instance)),
    ]);
    assert.deepEqual(results, [{ destroyed: true }, { destroyed: true }]);
    assert.deepEqual(await cloud.instances.destroy(localAdmin, targetOf(instance)), { destroyed: false });
    assert.deepEqual(await driver.list(), []);
    await assertMccError(
      cloud.instances.wait(localAdmin, { ...targetOf(instance), timeoutSeconds: 1 }),
      "conflict",
      /destroyed in the meantime/,
    );
    assert.equal(cloud.info(localAdmin).addressPool.free, cloud.info(localAdmin).addressPool.size);
  });

  it("change name, type, keys and labels in place", async () => {
    const { cloud } = await newCloud();
    const instance = await createReady(cloud, { name: "web" });
    const changed = await cloud.instances.update(localAdmin, {
      ...targetOf(instance),
      name: "web-2",
      type: "light",
      labels: { a: "b" },
    });
    assert.deepEqual(
      [changed.name, changed.type, changed.labels, changed.hostname, changed.uid],
      ["web-2", "light", { a: "b" }, "web", instance.uid],
    );
    assert.equal((await createReady(cloud, { name: "web" })).name, "web");
    await assertMccError(
      cloud.instances.update(localAdmin, { ...targetOf(instance), name: "web", labels: {} }),
      "conflict",
      /"web" is taken/,
    );
    assert.deepEqual((await cloud.instances.get(localAdmin, targetOf(instance))).labels, { a: "b" });
  });

  it("report the timeout of a command as an error, or return its output on request", async () => {
    const { cloud } = await newCloud();
    const sleeping = {
      ...targetOf(await createReady(cloud)),
      command: ["sleep", "5"],
      stdin: "",
      timeoutSeconds: 1,
      maxOutputBytes: 1,
    };
    const failing = cloud.instances.exec(localAdmin, sleeping);
    await assertMccError(time.passDuring(failing), "timeout", /longer than 1 s/);
    assert.deepEqual(
      await time.passDuring(cloud.instances.exec(localAdmin, { ...sleeping, outputOnTimeout: true })),
      {
        exitCode: 137,
        stdout: "",
        stderr: "",
        truncated: false,
        timedOut: true,
      },
    );
  });

  it("can be stopped, started and restarted, and show the resulting status", async () => {
    const { cloud, driver } = await newCloud();
    const instance = await createReady(cloud);
    const stopped = await cloud.instances.stop(localAdmin, { ...targetOf(instance), graceSeconds: 1 });
    assert.equal(stopped.status, "stopped");
    await assertMccError(
      cloud.instances.exec(localAdmin, {
        ...targetOf(instance),
        command: ["true"],
        stdin: "",
        timeoutSeconds: 1,
        maxOutputBytes: 1,
      }),
      "conflict",
      /is stopped/,
    );
    assert.equal((await cloud.instances.start(localAdmin, targetOf(instance))).status, "running");
    assert.equal(
      (await cloud.instances.restart(localAdmin, { ...targetOf(instance), graceSeconds: 1 })).status,
      "running",
    );
    await driver.stop(instance.id, 0);
    assert.equal((await cloud.instances.get(localAdmin, targetOf(instance))).status, "stopped");
    await driver.destroy(instance.id);
    const lost = await cloud.instances.get(localAdmin, targetOf(instance));
    assert.equal(lost.status, "failed");
    assert.match(lost.failure ?? "", /no longer lists/);
    assert.deepEqual(await cloud.instances.destroy(localAdmin, targetOf(instance)), { destroyed: true });
  });

  it("are destroyed without waiting for the grace period of a stop", async () => {
    const { cloud, driver } = await newCloud();
    const instance = await createReady(cloud);
    const graces: number[] = [];
    const stop = driver.stop.bind(driver);
    let end: () => void = () => undefined;
    sinon.stub(driver, "stop").callsFake(async (id, graceMs) => {
      graces.push(graceMs);
      if (graceMs > 0) {
        await new Promise<void>((resolve) => {
          end = resolve;
        });
        return;
      }
      await stop(id, 0);
      end();
    });
    const stopping = cloud.instances.stop(localAdmin, { ...targetOf(instance), graceSeconds: 600 });
    await eventually(() => graces.length === 1, "the stop has begun");
    assert.deepEqual(await cloud.instances.destroy(localAdmin, targetOf(instance)), { destroyed: true });
    await stopping;
    assert.deepEqual(graces, [600_000, 0]);
  });

  it("are listed by label", async () => {
    const { cloud } = await newCloud();
    await createReady(cloud, { labels: { role: "web", stack: "a" } });
    await createReady(cloud, { labels: { role: "db", stack: "a" } });
    assert.equal((await cloud.instances.list(localAdmin, { labels: { stack: "a" } })).length, 2);
    assert.equal((await cloud.instances.list(localAdmin, { labels: { stack: "a", role: "db" } })).length, 1);
    assert.deepEqual(await cloud.instances.list(localAdmin, { labels: { role: "cache" } }), []);
  });

  it("are not created any more once the daemon is stopping", async () => {
    const { cloud, driver } = await newCloud();
    const instance = await cloud.instances.create(localAdmin, creation());
    await cloud.instances.close(5000);
    assert.deepEqual(await driver.list(), [{ id: instance.id, state: "running" }]);
    await assertMccError(cloud.instances.create(localAdmin, creation()), "unavailable", /stopping/);
  });
});
