import assert from "node:assert/strict";
import fc from "fast-check";
import { MccError } from "../../../protocol/error";
import type { MethodName, MethodResult } from "../../../protocol/methods/method-table";
import { createSimulatedDriver } from "../../../server/driver/simulated/driver";
import type { Dispatch } from "../../../server/methods/calls/callable";
import { createDispatch } from "../../../server/methods/calls/dispatch";
import { captureLog } from "../../support/captured-log";
import { callers } from "../../support/daemons/accounts";
import { testClouds } from "../../support/daemons/test-cloud";
import { publicKey } from "../../support/wire/odd-calls";
import { scheduledDriver } from "./scheduled-driver";

/** Set both to repeat a failure, or to run more sequences. */
const seed = Number(process.env["MINICLOUD_MODEL_SEED"] ?? Math.floor(Math.random() * 0x7fff_ffff));
const numRuns = Number(process.env["MINICLOUD_MODEL_RUNS"] ?? 8);

interface RacingCall {
  readonly who: keyof typeof callers;
  readonly method: MethodName;
  readonly parameters: Readonly<Record<string, unknown>>;
}

type Answered = RacingCall &
  ({ readonly result: unknown } | { readonly code: string; readonly message: string });

const instances = fc.constantFrom("web", "db", "load-1");
const fleets = fc.constantFrom("load");
const keys = fc.constantFrom("me", "you");
const count = fc.integer({ min: 1, max: 2 });

/** The parameters of the calls that change something. */
const methods = {
  "instance.create": fc.record(
    {
      name: instances,
      keys: fc.oneof(fc.constant([]), fc.constant(["me"])),
      ipAddress: fc.constantFrom("198.18.0.2", "198.18.0.3"),
      waitFor: fc.constant(["running"]),
      waitSeconds: fc.constant(60),
    },
    { requiredKeys: ["name", "waitFor", "waitSeconds"] },
  ),
  "instance.update": fc.record({ instance: instances, name: instances }),
  "instance.start": fc.record({ instance: instances }),
  "instance.stop": fc.record({ instance: instances, graceSeconds: fc.constant(0) }),
  "instance.restart": fc.record({ instance: instances, graceSeconds: fc.constant(0) }),
  "instance.destroy": fc.record({ instance: instances }),
  "fleet.apply": fc.record({ name: fleets, count, waitFor: fc.constant(["running"]) }),
  "fleet.update": fc.record({ fleet: fleets, count }),
  "fleet.wait": fc.record({ fleet: fleets }),
  "fleet.destroy": fc.record({ fleet: fleets }),
  "key.add": fc.record({ name: keys, publicKey: fc.constant(publicKey) }),
  "key.update": fc.record({ name: keys, publicKey: fc.constant(publicKey) }),
  "key.remove": fc.record({ name: keys }),
} as const satisfies Partial<Record<MethodName, fc.Arbitrary<object>>>;

const creating: ReadonlySet<string> = new Set(["instance.create", "fleet.apply", "key.add"]);

/** What a call can answer although nothing is broken. */
const fairCodes: ReadonlySet<string> = new Set([
  "forbidden",
  "not-found",
  "conflict",
  "exhausted",
  "unavailable",
]);

const racingCalls = fc.array(
  fc
    .tuple(
      fc.constantFrom("admin" as const, "alice" as const, "alice" as const, "bob" as const),
      fc.oneof(
        ...Object.entries(methods).map(([method, given]: [string, fc.Arbitrary<object>]) => ({
          // Otherwise most calls would be about objects that do not exist.
          weight: creating.has(method) ? 4 : 1,
          arbitrary: given.map((parameters) => ({
            method: method as MethodName,
            parameters: { ...parameters },
          })),
        })),
      ),
    )
    .map(([who, call]): RacingCall => ({ who, ...call })),
  { minLength: 2, maxLength: 10 },
);

describe("calls at the same time", () => {
  const newCloud = testClouds();

  it(`leave what their answers say, in any order of the engine's commands, with the seed ${seed}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), racingCalls, racingCalls, async (scheduler, before, calls) => {
        const { cloud, driver } = await newCloud({
          commandTimeoutMs: 60_000,
          loadDriver: (_name, options) => scheduledDriver(createSimulatedDriver(options), scheduler),
        });
        const captured = captureLog();
        const dispatch = createDispatch(cloud, captured.log);
        const race = (some: readonly RacingCall[]) =>
          scheduler.waitFor(Promise.all(some.map((call) => answerTo(dispatch, call))));
        const answered = [...(await race(before)), ...(await race(calls))];
        await scheduler.waitFor(settled(dispatch));
        for (const answer of answered) {
          assert.ok("result" in answer || fairCodes.has(answer.code), JSON.stringify(answer));
        }
        const list = (await dispatch(callers.admin, "instance.list", [])) as MethodResult<"instance.list">;
        assertUnique(list);
        assertAnswersAreTrue(list, answered);
        assertOwners(list, (await dispatch(callers.admin, "fleet.list", [])) as MethodResult<"fleet.list">);
        assert.deepEqual(
          (await driver.list()).map(({ id }) => id).sort(),
          list.map(({ id }) => id).sort(),
          "the engine has exactly the instances in the list",
        );
        const keyNames = ((await dispatch(callers.admin, "key.list", [])) as MethodResult<"key.list">).map(
          ({ name }) => name,
        );
        assertKeys(keyNames, answered);
        for (const { name, keys: carried } of list) {
          assert.ok(
            carried.every((key) => keyNames.includes(key)),
            `${name} has a key that was removed`,
          );
        }
      }),
      { seed, numRuns, endOnFailure: process.env["MINICLOUD_MODEL_SHRINK"] === undefined },
    );
  });
});

async function answerTo(dispatch: Dispatch, call: RacingCall): Promise<Answered> {
  try {
    const result = await dispatch(callers[call.who], call.method, [call.parameters]);
    if (call.method === "instance.create") {
      // A creation that fails and leaves something is answered with its status, and only the wait has the reason.
      const { id, uid } = result as MethodResult<"instance.create">;
      await dispatch(callers[call.who], "instance.wait", [{ instance: id, uid }]);
    }
    return { ...call, result };
  } catch (error) {
    assert.ok(MccError.isInstance(error), String(error));
    return { ...call, code: error.code, message: error.message };
  }
}

/** Waits for the changes of fleets that no call has waited for. */
async function settled(dispatch: Dispatch): Promise<void> {
  await dispatch(callers.admin, "fleet.wait", [{ fleet: "load" }]).catch((error: unknown) => {
    assert.ok(MccError.isInstance(error), String(error));
    assert.notEqual(error.code, "internal");
  });
}

type Listed = MethodResult<"instance.list">;

function assertUnique(list: Listed): void {
  for (const each of ["name", "id", "uid", "ipAddress"] as const) {
    assert.equal(new Set(list.map((instance) => instance[each])).size, list.length, `each ${each} is unique`);
  }
}

/** Each created instance exists, unless it was destroyed; none exists that no call has created. */
function assertAnswersAreTrue(list: Listed, answered: readonly Answered[]): void {
  const created = answered.flatMap((answer) =>
    answer.method === "instance.create" && "result" in answer
      ? [{ ...(answer.result as MethodResult<"instance.create">), who: answer.who }]
      : [],
  );
  const anyDestroyed = answered.some(
    (answer) =>
      answer.method === "instance.destroy" &&
      "result" in answer &&
      (answer.result as MethodResult<"instance.destroy">).destroyed,
  );
  for (const { id, who } of created) {
    const listed = list.find((instance) => instance.id === id);
    assert.ok(listed !== undefined || anyDestroyed, `instance ${id} was created, and no call destroyed it`);
    assert.equal(listed?.account ?? callers[who].account, callers[who].account, `the account of ${id}`);
  }
  for (const { id, name } of list.filter(({ fleet }) => fleet === undefined)) {
    assert.ok(
      created.some((instance) => instance.id === id),
      `${name} was created by a call`,
    );
  }
}

/** Each member belongs to the account of its fleet, which exists. */
function assertOwners(list: Listed, all: MethodResult<"fleet.list">): void {
  for (const { name, fleet, account } of list.filter((instance) => instance.fleet !== undefined)) {
    const own = all.find((one) => one.name === fleet?.name);
    assert.equal(account, own?.account, `the account of ${name}`);
  }
}

/** A key exists if it was added once more than removed. */
function assertKeys(names: readonly string[], answered: readonly Answered[]): void {
  for (const key of ["me", "you"]) {
    const successes = answered.filter((answer) => "result" in answer && answer.parameters["name"] === key);
    const added = successes.filter(({ method }) => method === "key.add").length;
    const removed = successes.filter(
      (answer) =>
        answer.method === "key.remove" &&
        "result" in answer &&
        (answer.result as MethodResult<"key.remove">).removed,
    ).length;
    assert.equal(Number(names.includes(key)), added - removed, `the key ${key}`);
  }
}
