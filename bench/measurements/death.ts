import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { execa } from "execa";
import { type Client, createInstance } from "../../client";
import { MccError } from "../../protocol/error";
import { Place } from "../../server/driver/lxc/place";
import { type BenchDaemon, withBenchDaemon } from "../hosts/bench-daemon";
import { lxcHost } from "../hosts/lxc-host";
import { type Measurement, type Run, type Samples, seconds } from "../measurement";

/** How often the daemon is asked, in milliseconds. */
const askEveryMs = 1;
const mostQuestions = 10_000;

/** The death of an instance, from the SIGKILL of its first process until the daemon says that it has stopped. */
export const death: Measurement<"known"> = {
  count: 20,
  figures: () => ({
    known: { title: "death of an instance until the daemon knows it", limit: 0.05 },
  }),
  measure: (run) => withBenchDaemon(lxcHost, (daemon) => measure(daemon, run), run.signal),
};

async function measure(
  { client, folder }: BenchDaemon,
  { rounds, count }: Run,
): Promise<Record<"known", Samples>> {
  const { serverId } = await client.info();
  const place = new Place(join(folder, "state", "lxc"), serverId);
  const ours: number[] = [];
  for (let done = 0; done < rounds * count; done += 1) {
    const { id, uid } = await createInstance(client, { type: "light", waitFor: "running" });
    const { name } = place.container(id);
    const { stdout } = await execa("lxc-info", ["-P", place.containers, "-n", name, "-p", "-H"]);
    process.kill(Number(stdout), "SIGKILL");
    ours.push(await seconds(() => untilStopped(client, id)));
    await client.call("instance.destroy", { instance: id, uid });
  }
  return { known: { ours } };
}

async function untilStopped(client: Client, instance: number): Promise<void> {
  for (let asked = 0; asked < mostQuestions; asked += 1) {
    if ((await client.call("instance.get", { instance })).status === "stopped") {
      return;
    }
    await setTimeout(askEveryMs);
  }
  throw new MccError("timeout", `The daemon does not report that instance ${instance} has stopped.`);
}
