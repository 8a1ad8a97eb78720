const assert = require("node:assert/strict");

/** Told by mocha after the last test: the end of the namespaces would hide what still runs. */
exports.mochaHooks = {
  async afterAll() {
    this.timeout(20_000);
    const { findProcesses } = await import("./leftovers.mjs");
    assert.deepEqual(await findProcesses(), [], "processes that the tests have left behind");
  },
};
