import { OnceEach } from "../../../support/concurrency/once-each";
import type { Network } from "../../driver";
import { commands } from "../commands/command";
import type { CommandRunner } from "../commands/runner";
import type { Place } from "../place";
import { hardwareAddress } from "./hardware-address";

/** So many addresses are told of at a time: a /24, by one command of a few milliseconds. */
const blockSize = 256;

/**
 * Tells the host which hardware address each container's address has, as it follows from that. Otherwise the host asks
 * all containers at once for each new one, which costs as much again for every one that is there.
 */
export class Neighbours {
  readonly #told = new OnceEach<string>((block) => this.#tellBlock(block));

  constructor(
    private readonly place: Place,
    private readonly network: Network,
    private readonly runner: CommandRunner,
  ) {}

  /** For an address that a container is to have, and those round it. Repeatable. */
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
