import assert from "node:assert/strict";
import type { z } from "zod";
import { type rungSchema, rungText, waitForSchema } from "../../../../protocol/methods/values/readiness";
import type { Rung } from "../../../../provider";

type Agree<A, B> = [A, B] extends [B, A] ? true : false;

describe("a rung of the ladder to readiness", () => {
  for (const { given, text } of [
    { given: "ssh", text: "ssh" },
    { given: { tcp: 5432 }, text: "tcp 5432" },
    { given: { http: "/health" }, text: "http :80/health" },
    { given: { http: "/", port: 8080, status: 204 }, text: "http :8080/" },
    { given: { command: ["sh", "-c", "a\n  b"] }, text: "command sh -c a b" },
    { given: { command: ["x".repeat(81)] }, text: `command ${"x".repeat(80)}…` },
    { given: { command: ["x".repeat(80)] }, text: `command ${"x".repeat(80)}` },
  ]) {
    it(`is shown as ${text.slice(0, 30)}`, () => {
      const [rung] = waitForSchema.parse(given);
      assert.ok(rung !== undefined);
      assert.equal(rungText(rung), text);
    });
  }

  for (const wrong of [
    "SSH",
    { tcp: 0 },
    { tcp: 65_536 },
    { tcp: 22, http: "/" },
    { http: "health" },
    { http: "/a b" },
    { http: "/", status: 99 },
    { command: [] },
    { command: ["a\0b"] },
    [],
    Array.from({ length: 17 }, () => "ssh"),
  ]) {
    it(`cannot be ${JSON.stringify(wrong).slice(0, 40)}`, () => {
      assert.equal(waitForSchema.safeParse(wrong).success, false);
    });
  }

  it("has a public type that agrees with the schema", () => {
    const agree: Agree<z.input<typeof rungSchema>, Rung> = true;
    assert.ok(agree);
  });

  it("can be a single value or part of a list", () => {
    assert.deepEqual(waitForSchema.parse("ssh"), ["ssh"]);
    assert.deepEqual(waitForSchema.parse(["address", { http: "/" }]), [
      "address",
      { http: "/", port: 80, status: 200 },
    ]);
  });
});
