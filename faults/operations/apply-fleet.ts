import assert from "node:assert/strict";
import { patienceSeconds } from "./checks";
import type { Operation, Scene } from "./operation";

const name = "nodes";
const count = 2;

/** `fleet.apply` and `fleet.wait`, until all members are ready. */
export const applyFleet: Operation = {
  title: "apply a fleet",
  drivers: ["simulated", "openvz", "lxc", "incus"],
  prepare: () => Promise.resolve({}),
  act: apply,
  check: async ({ client }, _before, answer) => {
    const fleets = await client.call("fleet.list", {});
    if (answer === "done") {
      assert.deepEqual(
        fleets.map(({ name: fleet, counts }) => [fleet, counts.ready]),
        [[name, count]],
        "a fleet whose apply was reported as done is complete",
      );
    }
  },
  again: async (scene) => {
    await apply(scene);
    const all = await scene.client.call("instance.list", {});
    assert.deepEqual(
      all.map((instance) => [instance.name, instance.status]).sort(),
      [
        [`${name}-1`, "running"],
        [`${name}-2`, "running"],
      ],
      "a second apply with the same client token makes no duplicate",
    );
    assert.equal((await scene.client.call("fleet.list", {})).length, 1);
  },
};

async function apply({ client, host, token }: Scene): Promise<void> {
  const { uid } = await client.call("fleet.apply", { name, count, image: host.image, clientToken: token });
  for (;;) {
    const { done } = await client.call("fleet.wait", { fleet: name, uid, timeoutSeconds: patienceSeconds });
    if (done) {
      return;
    }
  }
}
