import assert from "node:assert/strict";
import { z } from "zod";
import { methodTable } from "../../../protocol/methods/method-table";

describe("the method table", () => {
  for (const [name, { result }] of Object.entries(methodTable)) {
    it(`lets a newer daemon add fields to the result of ${name}`, () => {
      assert.deepEqual(strictIn(result), []);
    });
  }
});

/** Returns the paths at which a schema refuses unknown fields. */
function strictIn(schema: unknown, path = "result"): string[] {
  if (schema instanceof z.ZodObject) {
    const { catchall } = schema.def;
    const inner = Object.entries(schema.shape).flatMap(([name, member]) =>
      strictIn(member, `${path}.${name}`),
    );
    return [...(catchall instanceof z.ZodNever ? [path] : []), ...inner];
  }
  if (schema instanceof z.ZodArray) {
    return strictIn(schema.element, `${path}[]`);
  }
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) => strictIn(option, path));
  }
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return strictIn(schema.unwrap(), path);
  }
  if (schema instanceof z.ZodRecord) {
    return strictIn(schema.valueType, `${path}.*`);
  }
  return [];
}
