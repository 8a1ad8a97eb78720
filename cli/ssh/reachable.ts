import { MccError } from "../../protocol/error";
import type { Instance } from "../../protocol/methods/instance";
import { titleOf } from "../find/instances";
import type { Io } from "../io";

const timeoutMs = 10_000;

const remedy =
  "If the daemon runs in a virtual machine (Lima, WSL2) or behind a forwarded port, connect through its host: give -J USER@HOST, or set MCC_JUMP_HOST";

/**
 * Refuses an instance whose SSH port does not accept connections from this machine. OpenSSH would wait for minutes, and
 * its message does not name a remedy.
 *
 * @throws MccError `unavailable` with the reason and the remedy.
 */
export async function requireReachable(io: Io, instance: Instance, port: number): Promise<void> {
  const { ipAddress } = instance;
  const failure = await io.tryConnection(ipAddress, port, timeoutMs);
  if (failure === undefined) {
    return;
  }
  throw new MccError(
    "unavailable",
    failure === "ECONNREFUSED"
      ? `Instance ${titleOf(instance)} refuses connections to ${ipAddress} port ${port}: its SSH server does not run, so use mcc exec. ${remedy}.`
      : `Instance ${titleOf(instance)} at ${ipAddress} cannot be reached from this machine: ${reasons[failure] ?? failure}. ${remedy}.`,
  );
}

const reasons: Readonly<Record<string, string>> = {
  ETIMEDOUT: `no answer within ${timeoutMs / 1000} s`,
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
  ENETDOWN: "the network is down",
  EACCES: "a firewall of this machine refuses the connection",
  EPERM: "a firewall of this machine refuses the connection",
};
