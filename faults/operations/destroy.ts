import assert from "node:assert/strict";
import { createReady, named } from "./checks";
import type { Before, Operation, Scene } from "./operation";

const name = "web";

/** `instance.destroy`. */
export const destroy: Operation = {
  title: "destroy an instance",
  drivers: ["simulated", "openvz", "lxc", "incus"],
  prepare: async (scene) => ({ instance: await createReady(scene, { name }) }),
  act,
  check: async ({ client, host }, before, answer) => {
    if (answer !== "done") {
      return;
    }
    assert.equal(await named(client, name), undefined, "an instance that was reported as destroyed is gone");
    const containers = (await host.containers()) ?? [];
    assert.ok(!containers.includes(before.instance?.id ?? 0), "its container is gone");
  },
  again: async (scene, before) => {
    await act(scene, before);
    assert.deepEqual(await scene.client.call("instance.list", {}), [], "a second attempt has destroyed it");
  },
};

async function act({ client }: Scene, { instance }: Before): Promise<unknown> {
  return await client.call("instance.destroy", { instance: instance?.id ?? 0, uid: instance?.uid ?? "" });
}
