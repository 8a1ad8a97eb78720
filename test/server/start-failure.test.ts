import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PreflightError } from "../../server/cloud/preflight";
import { explainFailure } from "../../server/start-failure";

describe("the report of a failed preflight", () => {
  it("matches the example in the page about troubleshooting", () => {
    const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "troubleshooting.md"), "utf8");
    const [, shown = ""] = /## When the preflight fails[\s\S]*?```text\n([\s\S]*?)\n```/.exec(page) ?? [];
    const findings = [...shown.matchAll(/lacking {2}(.*)\n {2}remedy {3}(.*)/g)].map(
      ([, lacking = "", remedy = ""]) => ({ lacking, remedy }),
    );
    assert.equal(findings.length, 2);
    assert.equal(explainFailure(new PreflightError("lxc", findings)), shown);
  });
});
