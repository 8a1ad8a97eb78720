import assert from "node:assert/strict";
import fc from "fast-check";
import { MccError } from "../../../../../protocol/error";
import type {
  MethodName,
  MethodParameters,
  MethodResult,
} from "../../../../../protocol/methods/method-table";
import type { Cloud } from "../../../../../server/cloud/cloud";
import { createDispatch } from "../../../../../server/methods/calls/dispatch";
import { captureLog } from "../../../../support/captured-log";
import { callers } from "../../../../support/daemons/accounts";
import { testClouds } from "../../../../support/daemons/test-cloud";

const mebibyte = 1024 * 1024;
/** In MiB, of the stock types. */
const memoryOf: Readonly<Record<string, number>> = { light: 64, basic: 256, small: 512 };
const types = Object.keys(memoryOf);
const limits = { instances: 4, memoryBytes: 1024 * mebibyte };
const { admin, alice } = callers;

/** A call of a client, and how it is made. */
type Step = readonly [MethodName, object];

const name = fc.constantFrom("a", "b", "c");
const type = fc.constantFrom(...types, "unlimited");
const count = fc.integer({ min: 1, max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ name, type }).map((made): Step => ["instance.create", { ...made, waitFor: "running" }]),
  fc
    .record({ name, type })
    .map(({ name: instance, type: next }): Step => ["instance.update", { instance, type: next }]),
  name.map((instance): Step => ["instance.stop", { instance }]),
  name.map((instance): Step => ["instance.destroy", { instance }]),
  fc
    .record({ count, type })
    .map((made): Step => ["fleet.apply", { name: "load", ...made, waitFor: "running" }]),
  count.map((next): Step => ["fleet.update", { fleet: "load", count: next }]),
  fc.constant<Step>(["fleet.destroy", { fleet: "load" }]),
);

describe("the quota of an account, with any calls at once", function () {
  this.timeout(60_000);
  const newCloud = testClouds();

  const call = <M extends MethodName>(
    cloud: Cloud,
    caller: (typeof callers)[keyof typeof callers],
    method: M,
    parameters: MethodParameters<M>,
  ): Promise<MethodResult<M>> =>
    createDispatch(cloud, captureLog().log)(caller, method, [parameters]) as Promise<MethodResult<M>>;

  async function requireWithin(cloud: Cloud): Promise<void> {
    const listed = await call(cloud, alice, "instance.list", {});
    const memory = listed.reduce((sum, instance) => sum + (memoryOf[instance.type] ?? Number.NaN), 0);
    const has = listed.map((instance) => `${instance.name}: ${instance.type}`).join(", ");
    assert.ok(listed.length <= limits.instances && memory * mebibyte <= limits.memoryBytes, has);
  }

  it("is never exceeded, and counts what there is", async () => {
    const { cloud } = await newCloud();
    await call(cloud, admin, "accessToken.add", { name: "alice", role: "user", limits });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
        async (rounds) => {
          for (const round of rounds) {
            const calls = round.map(([method, parameters]) =>
              call(cloud, alice, method, parameters as never),
            );
            await requireWithin(cloud);
            for (const outcome of await Promise.allSettled(calls)) {
              assert.ok(outcome.status === "fulfilled" || MccError.isInstance(outcome.reason), "no defect");
            }
            await call(cloud, alice, "fleet.wait", { fleet: "load" }).catch(() => undefined);
            await requireWithin(cloud);
          }
          await call(cloud, alice, "fleet.destroy", { fleet: "load" });
          for (const { id } of await call(cloud, alice, "instance.list", {})) {
            await call(cloud, alice, "instance.destroy", { instance: id });
          }
          const { quota } = await call(cloud, alice, "server.info", {});
          assert.deepEqual(quota?.used, { instances: 0, memoryBytes: 0, cpus: 0, diskBytes: 0 });
        },
      ),
      { numRuns: 40 },
    );
  });
});
