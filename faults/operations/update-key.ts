import assert from "node:assert/strict";
import { eventually } from "../../test/support/time/eventually";
import { createReady, keysInside, publicKeys } from "./checks";
import type { Before, Operation, Scene } from "./operation";

const name = "team";

/** `key.update` of a key with which users log in to an instance. */
export const updateKey: Operation = {
  title: "update a key",
  drivers: ["simulated", "openvz", "lxc", "incus"],
  prepare: async (scene) => {
    await scene.client.call("key.add", { name, publicKey: publicKeys.first });
    return { instance: await createReady(scene, { name: "web", keys: [name] }) };
  },
  act,
  check: async (scene, before, answer) => {
    const { publicKey } = await scene.client.call("key.get", { name });
    if (answer === "done") {
      assert.equal(publicKey, publicKeys.second, "a key whose update was reported as done is the new one");
      assert.deepEqual(await inside(scene, before), [publicKeys.second], "instances have the new one");
    } else if (answer === "failed") {
      assert.ok(Object.values<string>(publicKeys).includes(publicKey));
    }
  },
  again: async (scene, before) => {
    if (scene.isRestarted) {
      // The next daemon finishes a change that was recorded.
      const { publicKey } = await scene.client.call("key.get", { name });
      await eventually(
        async () => (await inside(scene, before)).join() === publicKey,
        "the instance has the recorded key, and no other",
      );
    }
    await act(scene);
    assert.equal((await scene.client.call("key.get", { name })).publicKey, publicKeys.second);
    assert.deepEqual(await inside(scene, before), [publicKeys.second], "a second attempt has changed it");
  },
};

async function act({ client }: Scene): Promise<unknown> {
  return await client.call("key.update", { name, publicKey: publicKeys.second });
}

async function inside({ client }: Scene, { instance }: Before): Promise<string[]> {
  assert.ok(instance !== undefined);
  return await keysInside(client, instance);
}
