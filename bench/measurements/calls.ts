import { Agent, request } from "node:http";
import { createInstance } from "../../client";
import { MccError } from "../../protocol/error";
import { type BenchDaemon, withBenchDaemon } from "../hosts/bench-daemon";
import { simulatedHost } from "../hosts/simulated-host";
import { type Figure, type Measurement, type Run, type Samples, seconds } from "../measurement";
import { withConstantServer } from "../peers/constant-server";

const crowd = 50;
const crowds = { alone: 1, together: crowd } as const;
type Crowd = keyof typeof crowds;
type Name = Crowd | `${Crowd}99`;

/** The time of a call, compared with a `node:http` server that answers the same text to everything. */
export const calls: Measurement<Name> = {
  count: 5000,
  figures: (count) => ({
    alone: figureOf("1 client", "p50", count, { aim: 3 }),
    alone99: figureOf("1 client", "p99", count, { aim: 3, quantile: 0.99 }),
    together: figureOf(`${crowd} clients`, "p50", count, { aim: 4 }),
    together99: figureOf(`${crowd} clients`, "p99", count, { aim: 4, quantile: 0.99 }),
  }),
  measure: (run) => withBenchDaemon(simulatedHost, (daemon) => measure(daemon, run), run.signal),
};

function figureOf(
  clients: string,
  part: string,
  count: number,
  aim: Pick<Figure, "aim" | "quantile">,
): Figure {
  const title = `a call of ${clients}, ${part} of ${count}, compared with a node:http server that answers a constant`;
  return { title, unit: "s", ...aim };
}

async function measure(
  { client, token, signal }: BenchDaemon,
  { rounds, count }: Run,
): Promise<Record<Name, Samples>> {
  const { id } = await createInstance(client, { waitFor: "running" });
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "instance.get",
    params: { instance: id },
  });
  const target = { url: `${client.server}/rpc`, token, body, signal };
  const ours: Record<Crowd, number[]> = { alone: [], together: [] };
  const peer: Record<Crowd, number[]> = { alone: [], together: [] };
  await withConstantServer(await answerOf(target, new Agent()), async (url) => {
    for (let round = 0; round < rounds; round += 1) {
      for (const name of ["alone", "together"] as const) {
        peer[name].push(...(await timesOf({ ...target, url }, crowds[name], count)));
        ours[name].push(...(await timesOf(target, crowds[name], count)));
      }
    }
  });
  const alone = { ours: ours.alone, peer: peer.alone };
  const together = { ours: ours.together, peer: peer.together };
  return { alone, alone99: alone, together, together99: together };
}

interface Target {
  readonly url: string;
  readonly token: string;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** Returns the time of each call of some clients, which call again and again at the same time. */
async function timesOf(target: Target, clients: number, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const times: number[] = [];
  let left = count;
  const callOften = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      times.push(await seconds(() => answerOf(target, agent)));
    }
  };
  try {
    await Promise.all(Array.from({ length: clients }, callOften));
  } finally {
    agent.destroy();
  }
  return times;
}

function answerOf({ url, token, body, signal }: Target, agent: Agent): Promise<string> {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", agent, headers, signal }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => (text += piece));
      response.on("error", reject);
      response.on("end", () =>
        response.statusCode === 200
          ? resolve(text)
          : reject(new MccError("unavailable", `${url} answered ${response.statusCode}: ${text}`)),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
