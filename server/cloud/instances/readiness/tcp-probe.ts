import { connect } from "node:net";
import { type Probe, quickPace } from "./probe";

/** Any port: it need not be open. */
const anyPort = 22;

/** Reached when the port accepts a connection. */
export function tcpProbe(port: number): Probe {
  return { ...quickPace, look: ({ address }, { signal }) => connection(address, port, signal) };
}

/** Reached when the address answers, also with a refusal. */
export const addressProbe: Probe = {
  ...quickPace,
  look: async ({ address }, { signal }) => {
    const seen = await connection(address, anyPort, signal);
    return seen === "ECONNREFUSED" ? undefined : seen;
  },
};

async function connection(host: string, port: number, signal: AbortSignal): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (seen: string | undefined): void => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(seen);
    };
    const onAbort = (): void => finish("no answer");
    signal.addEventListener("abort", onAbort);
    socket.once("connect", () => finish(undefined));
    socket.once("error", (error) => finish("code" in error ? String(error.code) : error.message));
  });
}
