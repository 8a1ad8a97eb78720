import assert from "node:assert/strict";
import { type Choice, faultsOf } from "../../faults/choose";
import { type Step, stepId } from "../../faults/preload/step";

const steps: Step[] = [
  { pattern: "rename A B", occurrence: 1, effect: "write" },
  { pattern: "rename A B", occurrence: 2, effect: "write" },
  { pattern: "rm A", occurrence: 1, effect: "change" },
  { pattern: "stat A", occurrence: 1, effect: "read" },
  { pattern: "command ip", occurrence: 1, effect: "command" },
];
const all: Choice = { kinds: [], effects: [], shard: { number: 1, of: 1 } };
const shown = (choice: Partial<Choice>): string[] =>
  faultsOf("lxc create", steps, { ...all, ...choice }).map(
    ({ step, kind }) => `${kind} ${step.pattern} ${step.occurrence}`,
  );

describe("the choice of faults", () => {
  it("has each fault that can happen to each step", () => {
    assert.equal(shown({}).length, 2 * 5 + 4 + 3 + 4);
    assert.deepEqual(shown({ kinds: ["full"] }), ["full rename A B 1", "full rename A B 2"]);
    assert.deepEqual(shown({ kinds: ["lie"] }), [
      "lie rename A B 1",
      "lie rename A B 2",
      "lie rm A 1",
      "lie command ip 1",
    ]);
    assert.deepEqual(shown({ kinds: ["lie", "full"], effects: ["command"] }), ["lie command ip 1"]);
  });

  it("is one step, by its id", () => {
    const [, second] = steps;
    assert.ok(second !== undefined);
    assert.deepEqual(shown({ kinds: ["kill"], step: stepId(second) }), ["kill rename A B 2"]);
    assert.deepEqual(shown({ step: "none" }), []);
  });

  it("divides all faults between shards", () => {
    const shards = [1, 2, 3].map((number) => shown({ shard: { number, of: 3 } }));
    assert.ok(shards.every((shard) => shard.length > 0));
    assert.deepEqual(shards.flat().sort(), shown({}).sort());
  });

  it("has the order of its seed", () => {
    assert.deepEqual(shown({ seed: 1 }), shown({ seed: 1 }));
    assert.notDeepEqual(shown({ seed: 1 }), shown({ seed: 2 }));
    assert.deepEqual(shown({ seed: 1 }).sort(), shown({}).sort());
  });
});
