const { writeFileSync } = require("node:fs");
const { relative } = require("node:path");
const { reporters } = require("mocha");

const longestReason = 300;

/** Mocha's own report, and in addition the tally, in the file that the option `file` names. */
module.exports = class TallyReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const tally = { passed: 0, failed: [], skipped: [] };
    runner.on("pass", () => tally.passed++);
    runner.on("fail", (test, error) => tally.failed.push(`${titleOf(test)}: ${reasonOf(error)}`));
    runner.on("pending", (test) => tally.skipped.push(test.fullTitle()));
    runner.once("end", () => writeFileSync(options.reporterOptions.file, JSON.stringify(tally)));
  }
};

/** With the file, since titles of several files run at the same time. */
function titleOf(test) {
  const file = test.file ? `${relative(process.cwd(), test.file)}: ` : "";
  return file + test.fullTitle();
}

function reasonOf(error) {
  return String(error.message).replace(/\s+/g, " ").slice(0, longestReason);
}
