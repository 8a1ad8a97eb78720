import assert from "node:assert/strict";
import type { Instance } from "../../client";
import { messageOf } from "../../protocol/error";
import { settles } from "../invariants";
import { createReady, keysInside, publicKeys } from "./checks";
import type { Before, Operation, Scene } from "./operation";

const old = { name: "web", type: "basic", keys: ["first"], labels: {} };
const changed = { name: "site", type: "light", keys: ["second"], labels: { stage: "two" } };

/** `instance.update` of name, type, keys and labels at once. */
export const update: Operation = {
  title: "update an instance",
  drivers: ["simulated", "openvz", "lxc", "incus"],
  prepare: async (scene) => {
    for (const [name, publicKey] of Object.entries(publicKeys)) {
      await scene.client.call("key.add", { name, publicKey });
    }
    const instance = await createReady(scene, { name: old.name, keys: old.keys });
    return { instance, limits: await scene.host.limits(instance.id) };
  },
  act,
  check: async (scene, before, answer) => {
    const instance = await get(scene, before);
    const shown = { name: instance.name, type: instance.type, keys: instance.keys, labels: instance.labels };
    if (answer === "done") {
      assert.deepEqual(shown, changed, "an update that was reported as done has changed everything");
      await assertEngine(scene, instance, before);
    } else if (answer === "failed") {
      assert.deepEqual(shown, old, "an update that failed has changed nothing");
      // An undo that failed too, as on a full disk, is tried again.
      await settles(() =>
        assertEngine(scene, instance, before).then(
          () => undefined,
          (error: unknown) => messageOf(error),
        ),
      );
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
    await assertEngine(scene, instance, before);
  },
};

async function act({ client }: Scene, { instance }: Before): Promise<unknown> {
  return await client.call("instance.update", { instance: instance?.id ?? 0, ...changed });
}

async function get({ client }: Scene, { instance }: Before): Promise<Instance> {
  return await client.call("instance.get", { instance: instance?.id ?? 0 });
}

/** Asserts that keys and limits of the container are those of its record. */
async function assertEngine(scene: Scene, instance: Instance, { limits }: Before): Promise<void> {
  const expected = instance.keys.map((name) => publicKeys[name as keyof typeof publicKeys]);
  assert.deepEqual(await keysInside(scene.client, instance), expected, "its keys are those of its record");
  const now = await scene.host.limits(instance.id);
  if (now !== undefined) {
    assert.equal(
      now === limits,
      instance.type === old.type,
      `its limits are those of the type ${instance.type}, and not ${now}; before, they were ${limits}`,
    );
  }
}
