import assert from "node:assert/strict";
import { named } from "./checks";
import type { Operation, Scene } from "./operation";

const name = "web";
const container = "9001";

/** `instance.takeOver` of a running container. */
export const takeOver: Operation = {
  title: "take a container over",
  drivers: ["openvz"],
  prepare: async ({ host }) => {
    await host.foreign?.create();
    return {};
  },
  act,
  check: async (scene, _before, answer) => {
    if (answer !== "unanswered") {
      await assertOwner(scene, answer === "done");
    }
  },
  again: async (scene) => {
    const isOurs = (await named(scene.client, name)) !== undefined;
    await assertOwner(scene, isOurs);
    if (!isOurs) {
      await act(scene);
    }
    await assertOwner(scene, true);
  },
};

async function act({ client }: Scene): Promise<unknown> {
  return await client.call("instance.takeOver", { container, name });
}

/** Asserts that the container belongs completely to the daemon, or not at all. */
async function assertOwner({ client, host }: Scene, isOurs: boolean): Promise<void> {
  const instance = await named(client, name);
  const foreign = await client.call("instance.listForeign", {});
  assert.deepEqual(
    [instance?.status, foreign.map(({ engineId }) => engineId)],
    isOurs ? ["running", []] : [undefined, [container]],
    `the container ${isOurs ? "has been" : "has not been"} taken over`,
  );
  assert.equal(host.foreign?.isTaken(), isOurs, "the mark in the container's configuration");
}
