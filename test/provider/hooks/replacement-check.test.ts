import assert from "node:assert/strict";
import { runtime } from "@pulumi/pulumi";
import { adoptionFailures } from "../../../provider/hooks/replacement-check";

describe("what was adopted", () => {
  const inputs = { image: "debian", userData: runtime.unknownValue };

  for (const { title, adopt, replaces, properties } of [
    { title: "is not replaced", adopt: 500, replaces: ["image"], properties: ["image"] },
    {
      title: "is told of every reason",
      adopt: "web",
      replaces: ["image", "hostname"],
      properties: ["image", "hostname"],
    },
    { title: "may get what is not known yet", adopt: 500, replaces: ["userData"], properties: [] },
    { title: "changes in place", adopt: 500, replaces: [], properties: [] },
    { title: "is no other instance", adopt: undefined, replaces: ["image"], properties: [] },
  ]) {
    it(title, () => {
      const failures = adoptionFailures(adopt, replaces, inputs);
      assert.deepEqual(
        failures.map(({ reason }) => reason.replace(/:.*/s, "")),
        properties,
      );
      assert.ok(
        failures.every(({ property }) => property === ""),
        "the engine prints values of named ones",
      );
    });
  }
});
