const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

/** Mocha's own report, and besides it the counts, in the file that the option `file` names. */
module.exports = class TallyReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const skipped = [];
    runner.on("pending", (test) => skipped.push(test.fullTitle()));
    runner.once("end", () => {
      const { passes, failures } = runner.stats;
      writeFileSync(
        options.reporterOptions.file,
        JSON.stringify({ passed: passes, failed: failures, skipped }),
      );
    });
  }
};
