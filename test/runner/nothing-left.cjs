const assert = require("node:assert/strict");
const { appendFileSync } = require("node:fs");
const { relative } = require("node:path");

/**
 * Told by mocha before and after each test file, which has a process of its own or takes turns with others in one. What
 * a file starts has the file's name in its environment, so that what it leaves behind is told from what another file
 * runs at the same time.
 */
exports.mochaHooks = {
  beforeAll() {
    const [file = ""] = this.test.parent.suites.flatMap((suite) => suite.file ?? []);
    process.env.MINICLOUD_TEST_FILE = `${process.pid}:${relative(process.cwd(), file)}`;
    startedAt = performance.now();
  },
  async afterAll() {
    this.timeout(20_000);
    const { findProcesses } = await import("./leftovers.mjs");
    const file = process.env.MINICLOUD_TEST_FILE;
    const left = await findProcesses(`MINICLOUD_TEST_FILE=${file}`);
    const name = file.slice(file.indexOf(":") + 1);
    noteTime(name, performance.now() - startedAt);
    assert.deepEqual(left, [], `processes that ${name} has left behind`);
  },
};

let startedAt = 0;

/** One line a file; short ones that several processes append do not mix. */
function noteTime(file, milliseconds) {
  if (process.env.MINICLOUD_TEST_TIMES !== undefined) {
    appendFileSync(process.env.MINICLOUD_TEST_TIMES, `${JSON.stringify({ file, milliseconds })}\n`);
  }
}
