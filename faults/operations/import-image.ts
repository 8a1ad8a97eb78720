import assert from "node:assert/strict";
import { createReady } from "./checks";
import type { Operation, Scene } from "./operation";

const name = "second";

/** `image.import`. */
export const importImage: Operation = {
  title: "import an image",
  drivers: ["simulated", "openvz", "lxc", "incus"],
  prepare: () => Promise.resolve({}),
  act,
  check: async (scene, _before, answer) => {
    if (answer !== "unanswered") {
      assert.equal(await exists(scene), answer === "done", `the image of an import that has ${answer}`);
    }
  },
  again: async (scene) => {
    if (!(await exists(scene))) {
      await act(scene);
    }
    assert.ok(await exists(scene), "a second attempt has imported it");
    const instance = await createReady({ ...scene, host: { ...scene.host, image: name } }, { name: "web" });
    assert.equal(instance.status, "running", "an instance starts from the image");
  },
};

async function act({ client, host }: Scene): Promise<unknown> {
  return await client.call("image.import", { name, path: host.archive });
}

async function exists({ client }: Scene): Promise<boolean> {
  return (await client.call("image.list", {})).some((image) => image.name === name);
}
