import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { Fleet, Instance, Key } from "../../provider";
import { runWithMocks } from "../support/pulumi/mock-program";

/**
 * Every resource of every stack has this text in its state. Another text would change all of them without a request of
 * the user. Change the behaviour of the hooks, and leave the shells as they are.
 */
const pinned = {
  Instance: {
    make: () => new Instance("one", { hostname: "two", labels: { a: "b" } }),
    text: `exports.handler = () => require("minicloud/provider/hooks").instance;`,
  },
  Fleet: {
    make: () => new Fleet("one", { count: 1 }),
    text: `exports.handler = () => require("minicloud/provider/hooks").fleet;`,
  },
  Key: {
    make: () => new Key("one", { publicKey: "" }),
    text: `exports.handler = () => require("minicloud/provider/hooks").key;`,
  },
};
const methods = ["configure", "check", "diff", "create", "read", "update", "delete"];

describe("the serialised provider in the state", () => {
  for (const [type, { make, text }] of Object.entries(pinned)) {
    it(`of the type ${type} has not changed`, async () => {
      const [registered] = await runWithMocks(make);
      assert.equal(registered?.inputs.__provider, text);
    });

    it(`of the type ${type} returns all hooks if Pulumi's plugin loads it`, () => {
      const shell: { handler?: () => object } = {};
      runInNewContext(text, { exports: shell, require });
      assert.deepEqual(Object.keys(shell.handler?.() ?? {}), methods);
    });
  }
});
