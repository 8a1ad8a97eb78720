import assert from "node:assert/strict";
import { localAdmin } from "../../../server/cloud/access/caller";
import type { Cloud } from "../../../server/cloud/cloud";
import type { Driver } from "../../../server/driver/driver";
import { assertMccError } from "../../support/assert-error";
import {
  createReady,
  creation,
  type TestCloud,
  targetOf,
  testClouds,
} from "../../support/daemons/test-cloud";

type Step = "create" | "start" | "stop" | "resize" | "writeFiles" | "list";
type Made = Awaited<ReturnType<typeof createReady>>;

/** Work on an instance, and the step of the engine at which the test holds it. */
const works: Readonly<Record<string, readonly [Step, (cloud: Cloud, made: Made) => Promise<unknown>]>> = {
  "is stopped": [
    "stop",
    (cloud, made) => cloud.instances.stop(localAdmin, { ...targetOf(made), graceSeconds: 600 }),
  ],
  "is started again": [
    "start",
    (cloud, made) => cloud.instances.restart(localAdmin, { ...targetOf(made), graceSeconds: 0 }),
  ],
  "gets another type": [
    "resize",
    (cloud, made) => cloud.instances.update(localAdmin, { ...targetOf(made), type: "light" }),
  ],
  "gets other keys": [
    "writeFiles",
    (cloud, made) => cloud.instances.update(localAdmin, { ...targetOf(made), keys: [] }),
  ],
  "is listed": ["list", (cloud) => cloud.instances.list(localAdmin, {})],
};

describe("the extension of a TTL", () => {
  const newCloud = testClouds();

  /** Holds a step of the engine. `held` resolves when the step is called. */
  function hold(driver: Driver, step: Step): { readonly held: Promise<void>; readonly letGo: () => void } {
    let letGo = (): void => undefined;
    const open = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const held = new Promise<void>((resolve) => {
      const method = Reflect.get(driver, step) as (...all: unknown[]) => Promise<unknown>;
      Reflect.set(driver, step, async (...parameters: unknown[]) => {
        resolve();
        await open;
        return await Reflect.apply(method, driver, parameters);
      });
    });
    return { held, letGo };
  }

  async function onDisk({ reopen }: TestCloud): Promise<Made | undefined> {
    return (await (await reopen()).instances.list(localAdmin, {}))[0];
  }

  for (const [what, [step, work]] of Object.entries(works)) {
    it(`does not wait while the instance ${what}`, async () => {
      const test = await newCloud();
      const { cloud, driver } = test;
      const made = await createReady(cloud, { name: "web", ttlSeconds: 60 });
      const { held, letGo } = hold(driver, step);
      const working = work(cloud, made);
      await held;
      assert.equal(
        (await cloud.instances.extend(localAdmin, { ...targetOf(made), ttlSeconds: 7200 })).ttlSeconds,
        7200,
      );
      letGo();
      await working;
      const { type, keys, status } = await cloud.instances.get(localAdmin, targetOf(made));
      const kept = await onDisk(test);
      assert.deepEqual([kept?.ttlSeconds, kept?.type, kept?.keys], [7200, type, keys]);
      assert.equal(status, what === "is stopped" ? "stopped" : "running");
    });
  }

  for (const step of ["create", "start"] as const) {
    it(`does not wait for the creation of an instance with a slow ${step}`, async () => {
      const test = await newCloud();
      const { cloud, driver } = test;
      const { held, letGo } = hold(driver, step);
      const made = await cloud.instances.create(localAdmin, creation({ ttlSeconds: 60 }));
      await held;
      assert.equal(
        (await cloud.instances.extend(localAdmin, { ...targetOf(made), ttlSeconds: 7200 })).status,
        "pending",
      );
      letGo();
      await cloud.instances.wait(localAdmin, { ...targetOf(made), timeoutSeconds: 10 });
      const kept = await onDisk(test);
      assert.deepEqual([kept?.ttlSeconds, kept?.status], [7200, "running"]);
    });
  }

  it("does not wait for the creation of the members of a fleet", async () => {
    const { cloud, driver } = await newCloud();
    const { held, letGo } = hold(driver, "start");
    const fleet = { name: "web", count: 2, image: "micro", type: "basic", keys: [], labels: {} };
    await cloud.fleets.apply(localAdmin, {
      ...fleet,
      readyTimeoutSeconds: 60,
      keepOnFailure: false,
      ttlSeconds: 60,
    });
    await held;
    assert.equal(
      (await cloud.fleets.extend(localAdmin, { fleet: "web", ttlSeconds: 7200 })).status,
      "applying",
    );
    letGo();
    const { fleet: done } = await cloud.fleets.wait(localAdmin, { fleet: "web", timeoutSeconds: 10 });
    assert.deepEqual([done.ttlSeconds, done.status], [7200, "ready"]);
  });

  it("is refused while the instance is destroyed, and leaves no record", async () => {
    const test = await newCloud();
    const made = await createReady(test.cloud, { ttlSeconds: 60 });
    const destroying = test.cloud.instances.destroy(localAdmin, targetOf(made));
    const extensions = Array.from({ length: 20 }, async () => {
      await Promise.resolve();
      await test.cloud.instances.extend(localAdmin, targetOf(made)).catch((error: unknown) => error);
    });
    await Promise.all([destroying, ...extensions]);
    await assertMccError(test.cloud.instances.extend(localAdmin, targetOf(made)), "not-found", /No instance/);
    assert.equal(await onDisk(test), undefined);
  });

  it("leaves no record of an instance whose creation is undone at the same time", async () => {
    const test = await newCloud();
    const { cloud, driver } = test;
    const { held, letGo } = hold(driver, "start");
    const made = await cloud.instances.create(localAdmin, creation({ ttlSeconds: 60 }));
    await held;
    const destroying = cloud.instances.destroy(localAdmin, targetOf(made));
    letGo();
    await Promise.allSettled(
      Array.from({ length: 20 }, async (_, turns) => {
        for (let turn = 0; turn < turns; turn += 1) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        await cloud.instances.extend(localAdmin, targetOf(made));
      }),
    );
    await destroying;
    assert.equal(await onDisk(test), undefined);
  });
});
