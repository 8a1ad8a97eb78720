import { isIPv4 } from "node:net";
import { MccError } from "../../../../protocol/error";
import { resolveInRoot } from "../../../support/files/path-in-root";
import type { DriverLog } from "../../driver";
import type { Target } from "../commands/command";
import { engineWords } from "../commands/engine-words";
import type { Vz } from "../commands/vz";
import type { Guest } from "./guest";
import { addressScript } from "./scripts";

/** The program that configures addresses in images for which vzctl has scripts. The scripts only write files for it. */
const ifup = ["/sbin/ifup", "/usr/sbin/ifup"] as const;
const timeoutMs = 15_000;
const mostWordsBytes = 4096;

/**
 * Sets the addresses of containers whose image has no `ifup`. vzctl gives such a container its device, `venet0`, which
 * is down and has no address.
 */
export class GuestAddress {
  constructor(
    private readonly vz: Vz,
    private readonly guest: Guest,
    private readonly log: DriverLog,
  ) {}

  /**
   * Sets the addresses of a container that was just started. Repeatable. A failure is only logged, because the
   * container runs, and not every use needs its network.
   */
  async bringUp(target: Target): Promise<void> {
    const host = await this.vz.host();
    const variables = await host.containerVariables(target.ctid);
    const addresses = addressesIn(variables?.get("IP_ADDRESS") ?? "");
    if (addresses.length === 0 || (await hasIfup(host.root(target.ctid)))) {
      return;
    }
    const reason = await this.#run(target, addresses);
    if (reason !== undefined) {
      this.log.warn(
        { instance: target.id, container: target.ctid, reason },
        "the image has no ifup, and the address could not be set from inside the container; the network does not reach it",
      );
    }
  }

  /** @returns the reason of a failure. */
  async #run(target: Target, addresses: readonly string[]): Promise<string | undefined> {
    try {
      const { exitCode, stderr } = await this.guest.exec(target, {
        command: ["/bin/sh", "-c", addressScript, "sh", ...addresses],
        stdin: Buffer.alloc(0),
        timeoutMs,
        maxOutputBytes: mostWordsBytes,
      });
      return exitCode === 0 ? undefined : engineWords("", Buffer.from(stderr).toString());
    } catch (error) {
      if (MccError.isInstance(error)) {
        return error.message;
      }
      throw error;
    }
  }
}

/** v7 shows addresses with their prefix length. */
function addressesIn(list: string): string[] {
  return list
    .split(/\s+/)
    .map((address) => address.replace(/\/.*$/, ""))
    .filter((address) => isIPv4(address));
}

/** @param root the folder in which the files appear while the container runs. */
async function hasIfup(root: string): Promise<boolean> {
  const found = await Promise.all(ifup.map((path) => resolveInRoot(root, path)));
  return found.some((path) => path !== undefined);
}
