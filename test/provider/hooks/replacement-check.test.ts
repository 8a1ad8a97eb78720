import assert from "node:assert/strict";
import { runtime } from "@pulumi/pulumi";
import { adoptionFailures } from "../../../provider/hooks/replacement-check";

describe("the check for replacements", () => {
  const inputs = { image: "debian", userData: runtime.unknownValue };

  for (const { title, adopt, replaces, properties } of [
    {
      title: "refuses to replace an adopted instance",
      adopt: 500,
      replaces: ["image"],
      properties: ["image"],
    },
    {
      title: "names every reason",
      adopt: "web",
      replaces: ["image", "hostname"],
      properties: ["image", "hostname"],
    },
    { title: "accepts unknown values", adopt: 500, replaces: ["userData"], properties: [] },
    { title: "accepts changes in place", adopt: 500, replaces: [], properties: [] },
    {
      title: "accepts the replacement of an instance that was not adopted",
      adopt: undefined,
      replaces: ["image"],
      properties: [],
    },
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
