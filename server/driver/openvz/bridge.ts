import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import type { DriverLog } from "../driver";
import { networkCommands } from "./commands/command";
import type { Vz } from "./commands/vz";
import { exists } from "./host";

/** The value of the kernel's file addr_assign_type for a hardware address that was set on purpose. */
const assignedOnPurpose = "3";

/**
 * The bridge venet0, which vzctl's scripts create on a kernel that is not OpenVZ's. Failures are only logged, because
 * containers run without these improvements.
 */
export class Bridge {
  readonly #device: string;

  constructor(
    private readonly vz: Vz,
    private readonly log: DriverLog,
  ) {
    this.#device = basename(vz.places.venet);
  }

  /**
   * Lets a container that was just started be reached at once. Its device has another hardware address than at the
   * previous start, and the host would send to that one for up to a minute. The bridge gets a hardware address of its own:
   * otherwise it has the lowest one of its ports, and containers lose the host when that port disappears.
   */
  async settle(ctid: string, addresses: readonly string[]): Promise<void> {
    await this.#logFailure(ctid, async () => {
      for (const address of addresses) {
        await this.vz.attempt(networkCommands.forgetNeighbour(address, this.#device));
      }
      const [kind, address] = await Promise.all([this.#read("addr_assign_type"), this.#read("address")]);
      if (kind !== undefined && kind !== assignedOnPurpose && address !== undefined) {
        await this.vz.attempt(networkCommands.setHardwareAddress(this.#device, address));
      }
    });
  }

  /** Removes the host's routes to addresses that no container has any more, and stops answering for them. */
  async removeRoutes(ctid: string, addresses: readonly string[]): Promise<void> {
    await this.#logFailure(ctid, async () => {
      if (addresses.length === 0) {
        return;
      }
      const { stdout } = await this.vz.attempt(networkCommands.listProxies());
      const proxies = stdout.split("\n").map((line) => line.split(" "));
      for (const address of addresses) {
        // Fails if there is no route.
        await this.vz.attempt(networkCommands.removeRoute(address, this.#device));
        await this.vz.attempt(networkCommands.forgetNeighbour(address, this.#device));
        for (const [found, , device] of proxies) {
          if (found === address && device !== undefined) {
            await this.vz.attempt(networkCommands.removeProxy(address, device));
          }
        }
      }
    });
  }

  async #read(file: string): Promise<string | undefined> {
    const text = await unlessErrno(readFile(join(this.vz.places.venet, file), "utf8"), "ENOENT", "EINVAL");
    return text?.trim();
  }

  async #logFailure(ctid: string, work: () => Promise<void>): Promise<void> {
    try {
      if (
        (await this.vz.generation()).otherKernels &&
        !(await this.vz.isOpenvzKernel()) &&
        (await exists(this.vz.places.venet))
      ) {
        await work();
      }
    } catch (error) {
      this.log.warn({ container: ctid, err: error }, "the bridge venet0 could not be set up for a container");
    }
  }
}
