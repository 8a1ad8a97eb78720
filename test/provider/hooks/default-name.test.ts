import assert from "node:assert/strict";
import { nameSchema } from "../../../protocol/methods/values/name";
import { defaultName } from "../../../provider/hooks/default-name";

const urn = (name: string) => `urn:pulumi:dev::shop::pulumi-nodejs:dynamic/minicloud:Instance::${name}`;
const clientToken = "0123456789abcdef";
const nameOf = (name: string, longest?: number) => defaultName({ ownerUrn: urn(name), clientToken }, longest);

describe("the default name of a host", () => {
  for (const [resource, name] of [
    ["web", "web-012345"],
    ["Web Server #2", "web-server-2-012345"],
    ["--web--", "web-012345"],
    ["a::b", "a-b-012345"],
    ["日本", "mcc-012345"],
    ["x".repeat(100), `${"x".repeat(56)}-012345`],
    [`${"x".repeat(55)}-yz`, `${"x".repeat(55)}-012345`],
  ] as const) {
    it(`is ${name} for ${resource}`, () => {
      assert.equal(nameOf(resource), name);
      assert.equal(nameSchema.safeParse(name).success, true);
    });
  }

  it("has space for a suffix", () => {
    assert.equal(nameOf("x".repeat(100), 20), `${"x".repeat(13)}-012345`);
  });
});
