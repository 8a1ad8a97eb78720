import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type Choice, faultsOf, shuffled } from "./choose";
import { type DriverName, driverNames, type Host } from "./hosts/host";
import { withIncusHost } from "./hosts/incus-host";
import { withLxcHost } from "./hosts/lxc-host";
import { withOpenvzHost } from "./hosts/openvz-host";
import { withSimulatedHost } from "./hosts/simulated-host";
import type { Operation } from "./operations/operation";
import { type OperationName, operationNames, operations } from "./operations/operations";
import type { Options } from "./options";
import { type Step, stepId } from "./preload/step";
import type { ResultsFile } from "./results-file";
import { Share } from "./share";
import { failureLines, type Tried, triedOf } from "./tally";
import { Tries } from "./tries";

/** How often the steps are recorded to find one that is asked for. */
const mostRecordings = 10;

type WithHost = <T>(folder: string, work: (host: Host) => Promise<T>) => Promise<T>;

const hosts: Readonly<Record<DriverName, WithHost>> = {
  simulated: withSimulatedHost,
  openvz: withOpenvzHost,
  lxc: withLxcHost,
  incus: withIncusHost,
};

/** The table has a narrower type. */
function driversOf({ drivers }: Operation): readonly DriverName[] {
  return drivers;
}

/** One driver with one operation. */
interface Part {
  readonly driver: DriverName;
  readonly operation: OperationName;
}

/** Where the progress goes. */
type Say = (line: string) => void;

/**
 * Tries the faults that the options choose.
 *
 * @param signal ends the run after the present try.
 * @returns the results of this run.
 */
export async function runFaults(
  options: Options,
  results: ResultsFile,
  say: Say,
  signal: AbortSignal = new AbortController().signal,
): Promise<Tried[]> {
  const drivers = driverNames.filter((name) => options.driver.length === 0 || options.driver.includes(name));
  const time = Share.of(options.seconds, signal);
  const all: Tried[] = [];
  for (const [index, driver] of drivers.entries()) {
    const share = time.part(drivers.length - index);
    await inFolder((folder) =>
      hosts[driver](folder, async (host) => {
        const tries = new Tries(host);
        try {
          all.push(...(await runDriver(driver, tries, { options, results, share, say })));
        } finally {
          await tries.close();
        }
      }),
    );
  }
  return all;
}

interface Run {
  readonly options: Options;
  readonly results: ResultsFile;
  readonly share: Share;
  readonly say: Say;
}

/** Tries some faults of at least one operation, also if the time is over before. */
async function runDriver(driver: DriverName, tries: Tries, run: Run): Promise<Tried[]> {
  const { options, share } = run;
  const names = operationNames
    .filter((name) => options.operation.length === 0 || options.operation.includes(name))
    .filter((operation) => driversOf(operations[operation]).includes(driver));
  // A short run does not reach every operation.
  const order = options.seed === undefined ? names : shuffled(names, `${options.seed} ${driver}`);
  const tried: Tried[] = [];
  for (const [index, operation] of order.entries()) {
    if (share.isInterrupted || (share.isOver && index > 0)) {
      break;
    }
    const part = { driver, operation };
    tried.push(...(await runPart(part, tries, { ...run, share: share.part(order.length - index) })));
  }
  return tried;
}

async function runPart({ driver, operation }: Part, tries: Tries, run: Run): Promise<Tried[]> {
  const { options, results, share, say } = run;
  const steps = await stepsOf(tries, operations[operation], options.step);
  const choice: Choice = {
    kinds: options.kind,
    effects: options.effect,
    step: options.step,
    shard: options.shard,
    seed: options.seed,
  };
  const faults = faultsOf(`${driver} ${operation}`, steps, choice).filter(
    ({ step, kind }) => !results.has({ driver, operation, kind, step: stepId(step) }),
  );
  say(`${driver}, ${operation}: ${steps.length} steps, ${faults.length} faults`);
  const tried: Tried[] = [];
  for (const [index, fault] of faults.entries()) {
    if (share.isInterrupted || (share.isOver && index > 0)) {
      break;
    }
    const startedAt = performance.now();
    const verdict = await tries.try(operations[operation], fault);
    const result = triedOf(driver, operation, fault, verdict);
    tried.push(result);
    await results.add(result);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    say(
      `${driver}, ${operation}, ${tried.length} of ${faults.length}, ${seconds} s: ${verdict.verdict}: ${result.kind}: ${result.call}`,
    );
    if (verdict.verdict === "failed") {
      failureLines(result).forEach((line) => say(`  ${line}`));
      if (options.log) {
        say(verdict.log);
      }
    }
  }
  return tried;
}

/** Records once, or for a single step until that is found: which steps there are depends on the timing. */
async function stepsOf(tries: Tries, operation: Operation, id: string | undefined): Promise<readonly Step[]> {
  let steps = await tries.record(operation);
  for (let count = 1; id !== undefined && count < mostRecordings && !steps.some(has(id)); count += 1) {
    steps = await tries.record(operation);
  }
  return steps;
}

function has(id: string): (step: Step) => boolean {
  return (step) => stepId(step) === id;
}

/** As root, the folder is in memory, where a sync costs nothing. */
async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "minicloud-faults-"));
  const isRoot = process.getuid?.() === 0;
  try {
    await chmod(folder, 0o755);
    if (isRoot) {
      await execa("mount", ["-t", "tmpfs", "-o", "mode=755,size=512m", "tmpfs", folder]);
    }
    await work(folder);
  } finally {
    if (isRoot) {
      await execa("umount", ["--lazy", folder], { reject: false });
    }
    await rm(folder, { recursive: true, force: true });
  }
}
