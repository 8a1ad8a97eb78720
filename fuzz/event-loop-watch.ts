import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

/** Loaded into a daemon before its own code: writes the longest block of its event loop when it ends. */
const watch = monitorEventLoopDelay({ resolution: 5 });
const path = process.env["MINICLOUD_FUZZ_BLOCKED"];
// Starting blocks for longer than any call.
setTimeout(() => watch.enable(), 1000).unref();
process.on("exit", () => {
  if (path !== undefined) {
    writeFileSync(path, String(watch.max / 1e6));
  }
});
