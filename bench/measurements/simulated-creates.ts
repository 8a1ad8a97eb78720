import { type Client, connect, createInstance } from "../../client";
import { type BenchDaemon, withBenchDaemon } from "../hosts/bench-daemon";
import { simulatedHost } from "../hosts/simulated-host";
import { type Measurement, type Run, type Samples, seconds } from "../measurement";
import { destroyAll } from "./destroy-all";
import { processorSeconds } from "./process-usage";

const protocols = ["json", "xml"] as const;
type Protocol = (typeof protocols)[number];
type Part = "wall" | "client" | "daemon";
type Name = `${Protocol}-${Part}`;

const millisecond = { unit: "ms" } as const;

/** A thousand creates of simulated instances at once from one client, over each protocol: the times of one create. */
export const simulatedCreates: Measurement<Name> = {
  count: 1000,
  figures: (count) => {
    const title = (part: string, protocol: string): string =>
      `${part} of a create, of ${count} simulated ones at once over ${protocol}`;
    return {
      "json-wall": { title: title("time", "JSON-RPC"), limit: 1.4, ...millisecond },
      "json-client": { title: title("client's processor time", "JSON-RPC"), limit: 0.6, ...millisecond },
      "json-daemon": { title: title("daemon's processor time", "JSON-RPC"), limit: 0.8, ...millisecond },
      "xml-wall": { title: title("time", "XML-RPC"), limit: 2.8, ...millisecond },
      "xml-client": { title: title("client's processor time", "XML-RPC"), limit: 1.2, ...millisecond },
      "xml-daemon": { title: title("daemon's processor time", "XML-RPC"), limit: 1.6, ...millisecond },
    };
  },
  measure: (run) => withBenchDaemon(simulatedHost, (daemon) => measure(daemon, run), run.signal),
};

async function measure(daemon: BenchDaemon, { rounds, count }: Run): Promise<Record<Name, Samples>> {
  const { client, token, signal } = daemon;
  const ours: Record<Name, number[]> = {
    ...{ "json-wall": [], "json-client": [], "json-daemon": [] },
    ...{ "xml-wall": [], "xml-client": [], "xml-daemon": [] },
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const protocol of protocols) {
      const environment = { ...process.env, ...variables[protocol] };
      const caller = connect({ server: client.server, token, signal, environment });
      const taken = await measureCreates(caller, daemon.pid, count);
      caller.close();
      await destroyAll(client);
      for (const part of ["wall", "client", "daemon"] as const) {
        ours[`${protocol}-${part}`].push((taken[part] / count) * 1000);
      }
    }
  }
  return mapped(ours);
}

const variables: Readonly<Record<Protocol, Readonly<Record<string, string>>>> = {
  json: { MCC_PROTOCOL: "json" },
  xml: { MCC_PROTOCOL: "xml" },
};

/** Returns seconds for all creates. */
async function measureCreates(client: Client, pid: number, count: number): Promise<Record<Part, number>> {
  const daemonBefore = await processorSeconds(pid);
  const clientBefore = process.cpuUsage();
  const wall = await seconds(() =>
    Promise.all(Array.from({ length: count }, () => createInstance(client, { waitFor: "running" }))),
  );
  const { user, system } = process.cpuUsage(clientBefore);
  return {
    wall,
    client: (user + system) / 1e6,
    daemon: (await processorSeconds(pid)) - daemonBefore,
  };
}

function mapped(ours: Readonly<Record<Name, readonly number[]>>): Record<Name, Samples> {
  return Object.fromEntries(Object.entries(ours).map(([name, values]) => [name, { ours: values }])) as Record<
    Name,
    Samples
  >;
}
