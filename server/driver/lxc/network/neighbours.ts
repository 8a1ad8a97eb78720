import { OnceEach } from "../../../support/concurrency/once-each";
import type { Network } from "../../driver";
import { commands } from "../commands/command";
import type { CommandRunner } from "../commands/runner";
import type { Place } from "../place";
import { hardwareAddress } from "./hardware-address";

/** The number of addresses that one command of a few milliseconds announces: a /24. */
const blockSize = 256;

/**
 * Tells the host the hardware address of each container's address, which follows from it. Otherwise the host asks all
 * containers for each new one, and the cost grows with the square of their number.
 */
export class Neighbours {
  readonly #told = new OnceEach<string>((block) => this.#tellBlock(block));

  constructor(
    private readonly place: Place,
    private readonly network: Network,
    private readonly runner: CommandRunner,
  ) {}

  /** Announces an address that a container will have, and those next to it. Repeatable. */
  async tell(ipAddress: string): Promise<void> {
    await this.#told.ensure(ipAddress.slice(0, ipAddress.lastIndexOf(".")));
  }

  async #tellBlock(block: string): Promise<void> {
    const addresses = Array.from({ length: blockSize }, (_, index) => `${block}.${index}`);
    const { gateway } = this.network;
    await this.runner.run(
      commands.tellNeighbours(
        this.place,
        addresses
          .filter((address) => address !== gateway)
          .map((address) => ({ address, hardwareAddress: hardwareAddress(address) })),
      ),
    );
  }
}
