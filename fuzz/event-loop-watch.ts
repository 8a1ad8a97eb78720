import { writeFileSync } from "node:fs";

/**
 * Loaded into a daemon before its own code: writes the longest block of its event loop when it ends.
 *
 * On a busy machine, a process often waits for a processor, and this looks like a block. Therefore a block counts only as
 * far as the process used processor time in it.
 */
const path = process.env["MINICLOUD_FUZZ_BLOCKED"];
const intervalMs = 5;
/** Starting blocks for longer than any call. */
const startMs = 1000;

let longestMs = 0;

function watch(): void {
  let time = performance.now();
  let used = process.cpuUsage();
  setInterval(() => {
    const cpu = process.cpuUsage(used);
    const elapsedMs = performance.now() - time;
    longestMs = Math.max(longestMs, Math.min(elapsedMs - intervalMs, (cpu.user + cpu.system) / 1000));
    time = performance.now();
    used = process.cpuUsage();
  }, intervalMs).unref();
}

if (path !== undefined) {
  setTimeout(watch, startMs).unref();
  process.on("exit", () => writeFileSync(path, String(longestMs)));
}
