import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** In the environment of all that this run starts, and so of what it leaves behind. */
process.env.MINICLOUD_TEST_RUN ??= randomUUID();
const mark = `MINICLOUD_TEST_RUN=${process.env.MINICLOUD_TEST_RUN}`;
const settleMs = 5_000;
const lookEveryMs = 250;

const folders = ["/var/lib/minicloud", "/run/minicloud"];

/** What is on this host before a run, to be told from what is left after it. */
export function lookAtHost() {
  return new Set(traces());
}

/** One check, which fails when the run has left anything: it says what. */
export async function findLeftovers(before) {
  console.log("\n== what is left");
  const left = await settle(() => traces().filter((trace) => !before.has(trace)));
  console.log(left.length === 0 ? "nothing" : left.join("\n"));
  return left.length === 0
    ? { passed: 1, failed: [], skipped: [] }
    : { passed: 0, failed: [`left behind: ${left.join("; ")}`], skipped: [] };
}

/** What still runs of the processes that have this line in their environment, and is not the caller's own. */
export function findProcesses(line) {
  return settle(() => markedProcesses(line));
}

/** What a look finds once nothing more goes away by itself. */
async function settle(look) {
  const end = Date.now() + settleMs;
  while (look().length > 0 && Date.now() < end) {
    await sleep(lookEveryMs);
  }
  return look();
}

function traces() {
  return [...markedProcesses(mark), ...cgroups(), ...mounts(), ...files()];
}

function markedProcesses(line) {
  const runner = new Set(ancestors(process.pid));
  return namesIn("/proc")
    .filter((pid) => /^\d+$/.test(pid) && !runner.has(Number(pid)))
    .filter((pid) => textOf(`/proc/${pid}/environ`).split("\0").includes(line))
    .map((pid) => `process ${pid}: ${textOf(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`);
}

/** A process and those it comes from. */
function ancestors(pid) {
  const parent = Number(/^PPid:\s+(\d+)$/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0);
  return parent > 0 ? [pid, ...ancestors(parent)] : [pid];
}

/** Empty ones only: one with processes in it is another run's, or shows by its monitor among the processes. */
function cgroups() {
  const hierarchies = [
    "/sys/fs/cgroup",
    ...namesIn("/sys/fs/cgroup").map((name) => `/sys/fs/cgroup/${name}`),
  ];
  return hierarchies
    .flatMap((hierarchy) => namesIn(hierarchy).map((name) => join(hierarchy, name)))
    .filter(
      (path) =>
        /\/lxc\.(payload|monitor)\.(mc-|minicloud-[0-9a-f]{8}_)/.test(path) &&
        textOf(join(path, "cgroup.procs")) === "",
    )
    .map((path) => `cgroup ${path}`);
}

function mounts() {
  return textOf("/proc/self/mountinfo")
    .split("\n")
    .filter((line) => line.includes("minicloud"))
    .map((line) => `mount ${line.split(" ")[4]}`);
}

function files() {
  const temporary = namesIn(tmpdir()).filter((name) => /minicloud|^mc-/.test(name));
  return [
    ...temporary.map((name) => `file ${join(tmpdir(), name)}`),
    ...folders.filter((folder) => namesIn(folder).length > 0).map((folder) => `folder ${folder}`),
  ];
}

function namesIn(folder) {
  return unlessGone(() => readdirSync(folder), []);
}

function textOf(path) {
  return unlessGone(() => readFileSync(path, "utf8"), "");
}

/** Processes end and cgroups go between two looks; other users' processes may not be looked at. */
function unlessGone(look, otherwise) {
  try {
    return look();
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ESRCH", "EACCES", "EPERM", "ENODEV"].includes(error.code)) {
      return otherwise;
    }
    throw error;
  }
}
