import { setTimeout } from "node:timers/promises";
import { type BenchHost, withBenchDaemon } from "../bench/hosts/bench-daemon";
import { messageOf } from "../protocol/error";
import { remains, type Usage } from "./remains";
import { tasks } from "./tasks";
import { usageOf } from "./usage";

export interface SoakResult {
  readonly seconds: number;
  /** How many tasks were done. */
  readonly done: number;
  /** The tasks that failed, with the reason. */
  readonly failures: readonly string[];
  readonly before: Usage;
  readonly after: Usage;
  /** What is left, in a line each. */
  readonly left: readonly string[];
}

const workers = 4;
const mostFailures = 10;
/** The kernel removes some things a while after their last use, and connections of clients are kept for 30 s. */
const patienceMs = 45_000;

/** Lets workers do tasks with a new daemon for this time, and compares what it uses before and afterwards. */
export function soak(host: BenchHost, seconds: number): Promise<SoakResult> {
  // It warns of instances that are destroyed during their creation, which is one of the tasks.
  return withBenchDaemon({ ...host, logLevel: "error" }, async (daemon) => {
    let done = 0;
    const failures: string[] = [];
    const work = async (index: number): Promise<void> => {
      const task = tasks[index % tasks.length];
      try {
        await task?.(daemon.client, `soak-${index}`);
        done += 1;
      } catch (error) {
        failures.push(`task ${index % tasks.length}: ${messageOf(error)}`);
      }
    };
    // Afterwards, everything exists that is made once, and the client has as many connections as it needs.
    await Promise.all([...tasks.keys()].map(work));
    const before = await usageOf(daemon, host.driver);
    const end = Date.now() + seconds * 1000;
    let next = tasks.length;
    const worker = async (): Promise<void> => {
      while (Date.now() < end && failures.length < mostFailures) {
        next += 1;
        await work(next);
      }
    };
    await Promise.all(Array.from({ length: workers }, () => worker()));
    const giveUp = Date.now() + patienceMs;
    let after = await usageOf(daemon, host.driver);
    while (remains(before, after).length > 0 && Date.now() < giveUp) {
      await setTimeout(1000);
      after = await usageOf(daemon, host.driver);
    }
    return { seconds, done, failures, before, after, left: remains(before, after) };
  });
}
