import { setTimeout } from "node:timers/promises";
import { applyFleet } from "../../client";
import { fuzz } from "../../fuzz/fuzz";
import { type BenchDaemon, withBenchDaemon } from "../hosts/bench-daemon";
import { simulatedHost } from "../hosts/simulated-host";
import { type Measurement, type Run, seconds } from "../measurement";
import { gather } from "./crowd";
import { processorSeconds, residentMB } from "./process-usage";

const slow = 500;
const waiting = 200;
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
 * What a daemon with the simulated driver takes under load and without any. There is no peer, so the limits are fixed.
 */
export const load: Measurement<keyof typeof limits> = {
  count: 1000,
  figures: (count) => ({
    blocked: { title: "longest block of the event loop under fuzz", limit: limits.blocked },
    call: {
      title: `slowest of ${callsInCrowd} calls with ${slow} slow and ${waiting} waiting clients`,
      limit: limits.call,
    },
    idle: { title: `processor time in ${idleSeconds} s with ${count} idle instances`, limit: limits.idle },
    memory: { title: `memory with ${count} idle instances`, limit: limits.memory, unit: "MB" },
  }),
  measure: async (run) => {
    const blocked: number[] = [];
    for (let round = 0; round < run.rounds; round += 1) {
      run.signal.throwIfAborted();
      blocked.push((await fuzz({ seed: round, seconds: fuzzSeconds })).blockedMs / 1000);
    }
    const { call, idle, memory } = await withBenchDaemon(
      simulatedHost,
      (daemon) => ofDaemon(daemon, run),
      run.signal,
    );
    return {
      blocked: { ours: blocked },
      call: { ours: call },
      idle: { ours: idle },
      memory: { ours: memory },
    };
  },
};

async function ofDaemon(
  daemon: BenchDaemon,
  { rounds, count, signal }: Run,
): Promise<Record<"call" | "idle" | "memory", number[]>> {
  const taken: Record<"call" | "idle" | "memory", number[]> = { call: [], idle: [], memory: [] };
  for (let round = 0; round < rounds; round += 1) {
    taken.call.push(await slowestCall(daemon));
  }
  await applyFleet(daemon.client, { name: "idle", count, type: "light", waitFor: ["running"] });
  for (let round = 0; round < rounds; round += 1) {
    const before = await processorSeconds(daemon.pid);
    await setTimeout(idleSeconds * 1000, undefined, { signal });
    taken.idle.push((await processorSeconds(daemon.pid)) - before);
    taken.memory.push(await residentMB(daemon.pid));
  }
  return taken;
}

async function slowestCall({ client, token }: BenchDaemon): Promise<number> {
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
