import assert from "node:assert/strict";
import type { Instance } from "../../client";
import { createReady, keysInside, publicKeys } from "./checks";
import type { Before, Operation, Scene } from "./operation";

const old = { name: "web", type: "basic", keys: ["first"], labels: {} };
const changed = { name: "site", type: "light", keys: ["second"], labels: { stage: "two" } };

/** `instance.update` of name, type, keys and labels at once. */
export const update: Operation = {
  title: "update an instance",
  drivers: ["simulated", "openvz", "lxc"],
  prepare: async (scene) => {
    for (const [name, publicKey] of Object.entries(publicKeys)) {
      await scene.client.call("key.add", { name, publicKey });
    }
    return { instance: await createReady(scene, { name: old.name, keys: old.keys }) };
  },
  act,
  check: async (scene, before, answer) => {
    const instance = await get(scene, before);
    const shown = { name: instance.name, type: instance.type, keys: instance.keys, labels: instance.labels };
    if (answer === "done") {
      assert.deepEqual(shown, changed, "an update that was reported as done has changed everything");
      await assertKeys(scene, instance);
    } else if (answer === "failed") {
      assert.deepEqual(shown, old, "an update that failed has changed nothing");
      await assertKeys(scene, instance);
    } else {
      assert.ok(
        [old, changed].some((one) => JSON.stringify(one) === JSON.stringify(shown)),
        `an update changes everything or nothing, and not ${JSON.stringify(shown)}`,
      );
    }
  },
  again: async (scene, before) => {
    await act(scene, before);
    const instance = await get(scene, before);
    assert.deepEqual(
      [instance.name, instance.type, instance.status],
      [changed.name, changed.type, "running"],
    );
    await assertKeys(scene, instance);
  },
};

async function act({ client }: Scene, { instance }: Before): Promise<unknown> {
  return await client.call("instance.update", { instance: instance?.id ?? 0, ...changed });
}

async function get({ client }: Scene, { instance }: Before): Promise<Instance> {
  return await client.call("instance.get", { instance: instance?.id ?? 0 });
}

async function assertKeys({ client }: Scene, instance: Instance): Promise<void> {
  const expected = instance.keys.map((name) => publicKeys[name as keyof typeof publicKeys]);
  assert.deepEqual(await keysInside(client, instance), expected, "its keys are those of its record");
}
