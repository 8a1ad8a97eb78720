import { Exit } from "../launcher/endings";
import type { FakeHost } from "./fake-host";

/** All that a container needs whose memory is not limited by PHYSPAGES. */
export const beancounters = [
  ...["KMEMSIZE", "LOCKEDPAGES", "PRIVVMPAGES", "SHMPAGES", "NUMPROC", "PHYSPAGES", "VMGUARPAGES"],
  ...["OOMGUARPAGES", "NUMTCPSOCK", "NUMFLOCK", "NUMPTY", "NUMSIGINFO", "TCPSNDBUF", "TCPRCVBUF"],
  ...["OTHERSOCKBUF", "DGRAMRCVBUF", "NUMOTHERSOCK", "NUMFILE", "DCACHESIZE", "NUMIPTENT"],
];
/** The largest numbers of two integer types. */
const noLimit = ["unlimited", "9223372036854775807", "2147483647"];

/** Refuses to start what vzctl 4 refuses, as in its lib/ub.c. */
export function checkLimits({ behaviour }: FakeHost, variables: ReadonlyMap<string, string>): void {
  if (behaviour.generation === "v7") {
    return;
  }
  const limit = variables.get("PHYSPAGES")?.split(":").at(-1);
  const forVswap = limit !== undefined && !noLimit.includes(limit);
  const missing = (forVswap ? ["SWAPPAGES"] : beancounters).filter((name) => !variables.has(name));
  if (missing.length > 0) {
    const lines = missing.map((name) => `Error: required UB parameter ${name.toLowerCase()} not set`);
    throw new Exit(28, lines.join("\n"));
  }
  if (forVswap && behaviour.openvzKernel && !behaviour.vswap) {
    throw new Exit(5, "Error: detected vswap CT config but kernel does not support vswap");
  }
}
