import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Instance, Key } from "../../provider";
import { runWithMocks } from "../support/mock-program";

/**
 * Every resource of every stack has this text in its state. Another one is a change of them all, which nobody
 * asked for: give the hooks another behaviour, and leave the shells as they are.
 */
const pinned = {
  Instance: {
    make: () => new Instance("one"),
    sha256: "3a55d7a7bc456d077b42a9471707c46ac1f699de01c8cb18130dccddc90f785a",
  },
  Key: {
    make: () => new Key("one", { publicKey: "" }),
    sha256: "7edb3aaeb6590287809b13500dfea99b042c115d77c859e19ffc5e7404a2e1a7",
  },
};

describe("the serialised shells", () => {
  for (const [type, { make, sha256 }] of Object.entries(pinned)) {
    let text: string;
    before(async () => {
      const [registered] = await runWithMocks(make);
      text = String(registered?.inputs.__provider);
    });

    it(`of ${type} have the text that every state has`, () => {
      assert.equal(createHash("sha256").update(text).digest("hex"), sha256, text);
    });

    it(`of ${type} hold nothing but a way to the hooks`, () => {
      assert.ok(text.length < 2500, `${text.length} characters`);
      assert.deepEqual(text.match(/require\([^)]*\)/g), Array(7).fill('require("minicloud/provider/hooks")'));
    });
  }

  it("are the same bytes for every resource", async () => {
    const resources = await runWithMocks(() => {
      new Instance("one");
      new Instance("two", { hostname: "two", labels: { a: "b" } });
    });
    assert.equal(new Set(resources.map(({ inputs }) => inputs.__provider)).size, 1);
  });
});
