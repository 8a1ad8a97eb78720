import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { applyFleet } from "../client";
import { fuzz } from "../fuzz/fuzz";
import { residentMiB } from "../fuzz/resident-memory";
import { withinLimit } from "./allowance";
import { type BenchDaemon, withBenchDaemon } from "./bench-daemon";
import { gather } from "./crowd";
import { type Measurement, seconds } from "./measurement";
import { simulatedHost } from "./simulated-host";

const slow = 500;
const waiting = 200;
const instances = 1000;
const fuzzSeconds = 10;
const idleSeconds = 20;
const callsInCrowd = 20;

const limits = {
  blocked: 0.1,
  call: 0.1,
  /** One percent of a processor. */
  idle: idleSeconds / 100,
  memory: 200,
};

/**
 * What a daemon with the simulated driver takes under load and without any.
 *
 * The aim: below fixed limits, because there is no peer.
 */
export const load: Measurement<keyof typeof limits> = {
  figures: {
    blocked: { title: `longest block of the event loop under fuzz, of ${limits.blocked} s`, aim: 1 },
    call: {
      title: `slowest of ${callsInCrowd} calls with ${slow} slow and ${waiting} waiting clients, of ${limits.call} s`,
      aim: 1,
    },
    idle: { title: `processor time in ${idleSeconds} s with ${instances} idle instances, of 1 %`, aim: 1 },
    memory: {
      title: `memory with ${instances} idle instances, of ${limits.memory} MB`,
      aim: 1,
      unit: "MB",
    },
  },
  measure: async (rounds) => {
    const blocked: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      blocked.push((await fuzz({ seed: round, seconds: fuzzSeconds })).blockedMs / 1000);
    }
    const { call, idle, memory } = await withBenchDaemon(simulatedHost, (daemon) => ofDaemon(daemon, rounds));
    return {
      blocked: withinLimit(blocked, limits.blocked),
      call: withinLimit(call, limits.call),
      idle: withinLimit(idle, limits.idle),
      memory: withinLimit(memory, limits.memory),
    };
  },
};

async function ofDaemon(
  daemon: BenchDaemon,
  rounds: number,
): Promise<Record<"call" | "idle" | "memory", number[]>> {
  const taken: Record<"call" | "idle" | "memory", number[]> = { call: [], idle: [], memory: [] };
  for (let round = 0; round < rounds; round += 1) {
    taken.call.push(await slowestCall(daemon));
  }
  await applyFleet(daemon.client, { name: "idle", count: instances, type: "light", waitFor: ["running"] });
  for (let round = 0; round < rounds; round += 1) {
    const before = await processorSeconds(daemon.pid);
    await setTimeout(idleSeconds * 1000);
    taken.idle.push((await processorSeconds(daemon.pid)) - before);
    taken.memory.push(((await residentMiB(daemon.pid)) * 1024 * 1024) / 1e6);
  }
  return taken;
}

async function slowestCall({ client, folder }: BenchDaemon): Promise<number> {
  const token = (await readFile(join(folder, "state", "token"), "utf8")).trim();
  const { id: instance } = await client.call("instance.create", { waitFor: [{ command: ["false"] }] });
  const crowd = await gather({ url: client.server, token, slow, waiting, instance });
  // Until the daemon has read what they sent.
  await setTimeout(1000);
  await client.call("server.info", {});
  let slowest = 0;
  for (let call = 0; call < callsInCrowd; call += 1) {
    slowest = Math.max(slowest, await seconds(() => client.call("server.info", {})));
    await setTimeout(50);
  }
  // This also answers those that wait for it.
  await client.call("instance.destroy", { instance });
  await crowd.leave();
  return slowest;
}

/** Returns the processor time of a process so far. */
async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticksInSecond = 100;
  return (Number(fields[11]) + Number(fields[12])) / ticksInSecond;
}
