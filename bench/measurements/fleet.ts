import { join } from "node:path";
import { execa } from "execa";
import { applyFleet } from "../../client";
import { type BenchDaemon, withBenchDaemon } from "../hosts/bench-daemon";
import { lxcHost } from "../hosts/lxc-host";
import { type Measurement, type Run, type Samples, seconds } from "../measurement";
import { type BareContainers, barePlace, withBareContainers } from "../peers/bare-lxc";
import { secondsOfUp, withStack } from "../pulumi/stack";

/** The number of parallel bare starts, as in server/driver/lxc/driver.ts. */
const parallel = 8;
/** The program that users run, from a compiled file. */
const listInstances = join(__dirname, "..", "..", "programs", "bin", "mcc-list-instances.js");

type Name = "running" | "ssh" | "up" | "list" | "call" | "destroy";
type Times = Record<Name | "bareStart" | "bareDestroy" | "lxcLs", number[]>;

/**
 * A fleet of a thousand members, by the daemon and by `pulumi up`, compared with as many bare `lxc-start` of the same
 * image. Also lists of the fleet and its end, compared with LXC's own commands.
 */
export const fleet: Measurement<Name> = {
  count: 1000,
  figures: (count) => {
    const peer = `compared with ${count} bare lxc-start, ${parallel} at a time`;
    return {
      running: { title: `a fleet of ${count} until running, ${peer}`, aim: 0.6 },
      ssh: { title: `a fleet of ${count} until ssh, ${peer}`, aim: 0.9 },
      up: { title: `pulumi up of a fleet of ${count}, ${peer}`, aim: 0.9 },
      list: { title: `mcc list-instances of ${count}, compared with lxc-ls --active`, aim: 0.6 },
      call: { title: `the call instance.list of ${count}`, limit: 0.1 },
      destroy: {
        title: `destroy of a fleet of ${count}, compared with ${count} lxc-stop -k and rm, ${parallel} at a time`,
        aim: 0.6,
      },
    };
  },
  measure: (run) => withBenchDaemon(lxcHost, (daemon) => measure(daemon, run), run.signal),
};

async function measure(daemon: BenchDaemon, { rounds, count }: Run): Promise<Record<Name, Samples>> {
  const times: Times = {
    ...{ running: [], ssh: [], up: [], list: [], call: [], destroy: [] },
    ...{ bareStart: [], bareDestroy: [], lxcLs: [] },
  };
  await withBareContainers(barePlace(daemon, count), (bare) =>
    withStack(daemon, "fleet", count, async (stack) => {
      for (let round = 0; round < rounds; round += 1) {
        await measureBare(bare, times);
        await measureOurs(daemon, count, times);
        times.up.push(await secondsOfUp(stack));
      }
    }),
  );
  return {
    running: { ours: times.running, peer: times.bareStart },
    ssh: { ours: times.ssh, peer: times.bareStart },
    up: { ours: times.up, peer: times.bareStart },
    list: { ours: times.list, peer: times.lxcLs },
    call: { ours: times.call },
    destroy: { ours: times.destroy, peer: times.bareDestroy },
  };
}

async function measureBare(bare: BareContainers, times: Times): Promise<void> {
  times.bareStart.push(await seconds(() => bare.start(parallel)));
  times.bareDestroy.push(await seconds(() => bare.destroy(parallel)));
  await bare.remake();
}

async function measureOurs(daemon: BenchDaemon, count: number, times: Times): Promise<void> {
  const { client, folder, environment } = daemon;
  const containers = join(folder, "state", "lxc", "containers");
  for (const waitFor of ["running", "ssh"] as const) {
    const wanted = { name: "bench", count, type: "light", waitFor: [waitFor] };
    times[waitFor].push(await seconds(() => applyFleet(client, wanted)));
    times.list.push(
      await seconds(() => execa(process.execPath, [listInstances, "--json"], { env: environment })),
    );
    times.lxcLs.push(await seconds(() => execa("lxc-ls", ["-P", containers, "--active"])));
    times.call.push(await seconds(() => client.call("instance.list", {})));
    times.destroy.push(await seconds(() => client.call("fleet.destroy", { fleet: "bench" })));
  }
}
