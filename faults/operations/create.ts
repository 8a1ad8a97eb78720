import assert from "node:assert/strict";
import { createReady, named } from "./checks";
import type { Operation } from "./operation";

const name = "web";

/** `instance.create` and `instance.wait`, until the instance is ready. */
export const create: Operation = {
  title: "create an instance",
  drivers: ["simulated", "openvz", "lxc", "incus"],
  prepare: () => Promise.resolve({}),
  act: (scene) => createReady(scene, { name }),
  check: async ({ client }, _before, answer) => {
    const found = await named(client, name);
    if (answer === "done") {
      assert.equal(found?.status, "running", "an instance whose creation was reported as done runs");
    }
  },
  again: async (scene) => {
    const { id } = await createReady(scene, { name });
    const all = await scene.client.call("instance.list", {});
    assert.deepEqual(
      all.map((instance) => [instance.id, instance.name, instance.status]),
      [[id, name, "running"]],
      "a second attempt with the same client token makes no duplicate",
    );
  },
};
