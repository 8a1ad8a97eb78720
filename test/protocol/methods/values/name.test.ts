import assert from "node:assert/strict";
import type { z } from "zod";
import {
  clientTokenSchema,
  hostnameSchema,
  imageNameSchema,
  instanceNameSchema,
  labelsSchema,
  nameSchema,
  typeNameSchema,
} from "../../../../protocol/methods/values/name";

const label63 = "a".repeat(63);

const rows: readonly { what: string; schema: z.ZodType; right: unknown[]; wrong: unknown[] }[] = [
  {
    what: "a name",
    schema: nameSchema,
    right: ["a", "0", "web-1", "123", label63],
    wrong: ["", "-a", "a-", "A", "a_b", "a.b", "a b", `${label63}a`, "ä", "a\n"],
  },
  { what: "an instance's name", schema: instanceNameSchema, right: ["web-1", "1a"], wrong: ["123", "0"] },
  {
    what: "an image's name",
    schema: imageNameSchema,
    right: ["CentOS-6-x86_64", "a", "a.b+c", "a".repeat(128)],
    wrong: ["", ".a", "a.", "a..b", "a/b", "a".repeat(129)],
  },
  {
    what: "a type's name",
    schema: typeNameSchema,
    right: ["light", "vswap-1.5g", "Large"],
    wrong: ["", ".a", "a-", "a..b", "a/b", `${label63}a`],
  },
  {
    what: "a host name",
    schema: hostnameSchema,
    right: ["web", "web.example.org", `${label63}.a`],
    wrong: ["", ".web", "web.", "web..org", "-a.b", "WEB", `${label63}a.b`, `${"a.".repeat(126)}ab`],
  },
  {
    what: "a set of labels",
    schema: labelsSchema,
    right: [{}, { "minicloud/stack": "dev" }, { a: "" }, { a: "ü and more" }, { a: "x".repeat(255) }],
    wrong: [
      { "": "a" },
      { "/a": "b" },
      { a: "x".repeat(256) },
      { a: "b\n" },
      { a: 1 },
      Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`k${index}`, ""])),
    ],
  },
  {
    what: "a client token",
    schema: clientTokenSchema,
    right: ["12345678", "a_b-c_d-", "x".repeat(128)],
    wrong: ["1234567", "1234 5678", "x".repeat(129)],
  },
];

describe("the schemas of names", () => {
  for (const { what, schema, right, wrong } of rows) {
    it(`accept valid values and refuse others for ${what}`, () => {
      for (const value of right) {
        assert.equal(schema.safeParse(value).success, true, JSON.stringify(value));
      }
      for (const value of wrong) {
        assert.equal(schema.safeParse(value).success, false, JSON.stringify(value));
      }
    });
  }

  it("convert the name of a type to lower case", () =>
    assert.equal(typeNameSchema.parse("Large-2.0"), "large-2.0"));
});
