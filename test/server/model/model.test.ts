import assert from "node:assert/strict";
import fc from "fast-check";
import { MccError } from "../../../protocol/error";
import type { MethodName, MethodParameters, MethodResult } from "../../../protocol/methods/method-table";
import type { Caller } from "../../../server/cloud/access/caller";
import type { Dispatch } from "../../../server/methods/calls/callable";
import { createDispatch } from "../../../server/methods/calls/dispatch";
import { captureLog } from "../../support/captured-log";
import { callers } from "../../support/daemons/accounts";
import { testClouds } from "../../support/daemons/test-cloud";
import { type Model, newModel, seenBy } from "./model";
import { type ModelledMethod, modelledMethods, type Parameters, parameters } from "./modelled-methods";

/** Set both to repeat a failure, or to run more sequences. */
const seed = Number(process.env["MINICLOUD_MODEL_SEED"] ?? Math.floor(Math.random() * 0x7fff_ffff));
const numRuns = Number(process.env["MINICLOUD_MODEL_RUNS"] ?? 8);
const range = { first: "198.18.0.2", last: "198.18.0.40" };

const names = Object.keys(callers) as (keyof typeof callers)[];

interface Real {
  readonly dispatch: Dispatch;
  /** All leases that were ever opened, oldest first. */
  readonly leases: string[];
}

/** One call of a sequence, which checks its answer and every list against the model. */
class ModelledCall implements fc.AsyncCommand<Model, Real> {
  readonly #contract: ModelledMethod;

  constructor(
    private readonly who: keyof typeof callers,
    private readonly method: MethodName,
    private readonly given: Parameters,
  ) {
    const contract = modelledMethods[method];
    assert.ok(contract);
    this.#contract = contract;
  }

  check(): boolean {
    return true;
  }

  toString(): string {
    return `${this.who}: ${this.method} ${JSON.stringify(this.#contract.call(this.given, ["<lease 0>", "<lease 1>"]))}`;
  }

  async run(model: Model, { dispatch, leases }: Real): Promise<void> {
    const caller: Caller = callers[this.who];
    const { call, effect, then } = this.#contract;
    const reasons = this.#reasons(model, caller, leases);
    const answer = await answerTo(dispatch(caller, this.method, [call(this.given, leases)]));
    if (reasons.length > 0) {
      assert.ok("error" in answer, `${String(this)} must fail: ${reasons.join(" or ")}`);
      assert.ok(
        reasons.includes(answer.error.code),
        `${String(this)}: ${String(answer.error)}; must be ${reasons.join(" or ")}`,
      );
    } else {
      assert.ok("result" in answer, `${String(this)} must succeed: ${JSON.stringify(answer)}`);
      if (then !== undefined) {
        await dispatch(caller, then.method, [then.call(this.given)]);
      }
      effect?.(model, caller, this.given, answer.result, leases);
    }
    await assertLists(model, dispatch);
  }

  #reasons(model: Model, caller: Caller, leases: readonly string[]): string[] {
    const { callers: allowed, reasons } = this.#contract;
    const permitted =
      caller.role === "admin" || allowed === "all" || (allowed === undefined && caller.role === "user");
    return permitted
      ? (reasons?.(model, caller, this.given, leases) ?? []).filter((reason) => reason !== false)
      : ["forbidden"];
  }
}

async function answerTo(call: Promise<unknown>): Promise<{ result: unknown } | { error: MccError }> {
  try {
    return { result: await call };
  } catch (error) {
    assert.ok(MccError.isInstance(error), String(error));
    return { error };
  }
}

/** Asserts that each caller sees exactly what the model says. */
async function assertLists(model: Model, dispatch: Dispatch): Promise<void> {
  const list = <M extends MethodName>(caller: Caller, method: M, given: MethodParameters<M>) =>
    dispatch(caller, method, [given]) as Promise<MethodResult<M>>;
  const members = new Map(
    [...model.members].map(([name, fleet]) => [
      name,
      { account: model.fleets.get(fleet)?.account ?? "none" },
    ]),
  );
  for (const caller of Object.values(callers)) {
    const instances = await list(caller, "instance.list", {});
    assert.deepEqual(
      instances.map(({ name }) => name).sort(),
      seenBy(caller, new Map([...model.instances, ...members])),
      `the instances that ${caller.account} sees`,
    );
    const keys = await list(caller, "key.list", {});
    assert.deepEqual(keys.map(({ name }) => name).sort(), seenBy(caller, model.keys));
    const fleets = await list(caller, "fleet.list", {});
    assert.deepEqual(fleets.map(({ name }) => name).sort(), seenBy(caller, model.fleets));
  }
  const all = await list(callers.admin, "instance.list", {});
  for (const each of ["name", "id", "uid", "ipAddress"] as const) {
    assert.equal(new Set(all.map((instance) => instance[each])).size, all.length, `each ${each} is unique`);
  }
  for (const { name, account, status, keys, ipAddress, lease } of all.filter((one) =>
    model.instances.has(one.name),
  )) {
    assert.deepEqual(
      { account, status, keys: [...keys].sort(), ipAddress, lease },
      sorted(model, name),
      name,
    );
  }
  for (const { name, account } of all) {
    assert.equal(account, (model.instances.get(name) ?? members.get(name))?.account, name);
  }
  for (const { name, account, counts } of await list(callers.admin, "fleet.list", {})) {
    assert.deepEqual({ account, count: counts.wanted }, model.fleets.get(name));
  }
  model.addresses = new Set(all.map(({ ipAddress }) => ipAddress));
  const tokens = await list(callers.admin, "accessToken.list", {});
  assert.deepEqual(
    new Map(tokens.map(({ name, role }) => [name, role])),
    new Map([...model.accessTokens].sort(([one], [other]) => (one < other ? -1 : 1))),
  );
}

function sorted({ instances }: Model, name: string): object {
  const instance = instances.get(name);
  return { ...instance, keys: [...(instance?.keys ?? [])].sort() };
}

describe("a cloud", () => {
  const newCloud = testClouds();

  it(`agrees with a model after any sequence of calls by several accounts, with the seed ${seed}`, async () => {
    const who = fc.constantFrom(...names, "alice", "bob");
    const callsOf = (methods: readonly MethodName[]) =>
      fc
        .tuple(who, fc.constantFrom(...methods), parameters)
        .map(([one, method, given]) => new ModelledCall(one, method, given));
    // Without them, most calls would be about objects that do not exist.
    const first = fc.array(callsOf(["key.add", "lease.open", "instance.create", "fleet.apply"]), {
      minLength: 6,
      maxLength: 10,
    });
    const later = fc.commands([callsOf(Object.keys(modelledMethods) as MethodName[])], {
      maxCommands: 25,
      size: "max",
    });
    await fc.assert(
      fc.asyncProperty(first, later, async (creations, commands) => {
        const { cloud } = await newCloud({ range });
        const real = { dispatch: createDispatch(cloud, captureLog().log), leases: [] };
        const model = newModel();
        for (const creation of creations) {
          await creation.run(model, real);
        }
        await fc.asyncModelRun(() => ({ model, real }), commands);
      }),
      { seed, numRuns, endOnFailure: process.env["MINICLOUD_MODEL_SHRINK"] === undefined },
    );
  });
});
