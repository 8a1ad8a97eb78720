import assert from "node:assert/strict";
import { answerTimeoutMs, isRepeatable } from "../../client/call-limits";
import type { MethodName } from "../../protocol/methods/method-table";

describe("the limits of a call", () => {
  for (const { method, parameters, seconds, repeatable } of [
    { method: "instance.get", parameters: {}, seconds: 120, repeatable: true },
    { method: "instance.create", parameters: {}, seconds: 900, repeatable: false },
    {
      method: "instance.create",
      parameters: { waitSeconds: 30, clientToken: "12345678" },
      seconds: 930,
      repeatable: true,
    },
    { method: "instance.create", parameters: { clientToken: undefined }, seconds: 900, repeatable: false },
    { method: "instance.wait", parameters: {}, seconds: 120, repeatable: true },
    { method: "instance.wait", parameters: { timeoutSeconds: 0 }, seconds: 60, repeatable: true },
    { method: "instance.stop", parameters: { graceSeconds: 600 }, seconds: 1500, repeatable: true },
    { method: "instance.restart", parameters: {}, seconds: 910, repeatable: false },
    { method: "instance.exec", parameters: { timeoutSeconds: "5" }, seconds: 300, repeatable: false },
  ] as const) {
    it(`allow ${seconds} s and ${repeatable ? "" : "no "}retries for ${method} with ${JSON.stringify(parameters)}`, () => {
      assert.equal(answerTimeoutMs(method, parameters), seconds * 1000);
      assert.equal(isRepeatable(method, parameters), repeatable);
    });
  }

  it("allow a long time and no retries for a method that the client does not know", () => {
    for (const method of ["instance.teleport", "constructor"] as unknown as MethodName[]) {
      assert.equal(answerTimeoutMs(method, {}), 900_000);
      assert.equal(isRepeatable(method, { clientToken: "12345678" }), false);
    }
  });
});
