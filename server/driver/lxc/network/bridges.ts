import { readdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { hasErrno } from "../../../../protocol/errno";
import { OnceEach } from "../../../support/concurrency/once-each";
import { commands } from "../commands/command";
import type { CommandRunner } from "../commands/runner";
import type { Place } from "../place";
import { hasLink, masterOf } from "./link";
import { ignoreRouters } from "./router-advertisements";
import { bridgeMtu } from "./uplink";

/**
 * The kernel grants a bridge 1,023 ports (BR_MAX_PORTS). The rest on the first bridge is for the cables to 23 others.
 */
const mostContainers = 1000;

/**
 * The bridges of the containers. When one has no port left, the next is created and connected to the first by a cable,
 * so that all are one network. They exist until `remove`.
 */
export class Bridges {
  /** By the numbers of the bridges: the cables at the last read, and those of later starts. */
  readonly #cables = new Map<number, Set<string>>();
  /** The cables of the starts in progress, and the bridges that are reserved for them. */
  readonly #starting = new Map<string, number>();
  readonly #made = new OnceEach<number>((number) => this.#make(number));
  /** The additional bridges that were complete once, also if another program has removed them since. */
  readonly #whole = new Set<number>();

  constructor(
    private readonly place: Place,
    private readonly runner: CommandRunner,
    private readonly capacity = mostContainers,
  ) {}

  /** Starts the container with this cable with a bridge, on which a port is reserved for it until the start has ended. */
  async withPort<T>(veth: string, start: (bridge: string) => Promise<T>): Promise<T> {
    const number = this.#take(veth);
    this.#starting.set(veth, number);
    try {
      await this.#ensure(number);
      return await start(this.place.bridgeOf(number));
    } finally {
      this.#starting.delete(veth);
    }
  }

  /** Creates the missing parts of the additional bridges, also of those that an earlier daemon created in part. */
  async repair(): Promise<void> {
    this.#made.forget();
    this.#cables.clear();
    for (const number of new Set([...(await this.#present()), ...this.#whole])) {
      await this.#ensure(number);
    }
  }

  /** Returns the names of the bridges that must exist, without those that are being created. */
  names(): string[] {
    return [1, ...this.#whole].map((number) => this.place.bridgeOf(number));
  }

  /** Returns the host's ends of all containers' cables, also of those on no bridge. */
  async veths(): Promise<string[]> {
    return (await readdir("/sys/class/net")).filter((link) => this.place.isVeth(link));
  }

  /** Connects the containers whose bridge was removed to a bridge. Leaves out one that ends at that time. */
  async plugInAgain(): Promise<void> {
    const loose: { veth: string; bridge: string }[] = [];
    for (const veth of await this.veths()) {
      if (!this.#starting.has(veth) && (await masterOf(veth)) === undefined) {
        loose.push({ veth, bridge: this.place.bridgeOf(this.#take(veth)) });
      }
    }
    if (loose.length > 0) {
      await this.runner.run(commands.plugInAll(loose));
    }
  }

  /** Removes all bridges. Bridges that do not exist are a success. */
  async remove(): Promise<void> {
    for (const number of new Set([...(await this.#present()), ...this.#whole])) {
      const { atFirst } = this.place.jointOf(number);
      for (const link of [atFirst, this.place.bridgeOf(number)]) {
        if (await hasLink(link)) {
          await this.runner.run(commands.removeLink(link));
        }
      }
    }
    this.#made.forget();
    this.#whole.clear();
  }

  /** Synchronous, so that no two starts get the same port. */
  #take(veth: string): number {
    for (let number = 1; ; number += 1) {
      let cables = this.#cables.get(number);
      if (cables === undefined || cables.size >= this.capacity) {
        cables = this.#look(number);
      }
      if (cables.size < this.capacity) {
        cables.add(veth);
        return number;
      }
    }
  }

  #look(number: number): Set<string> {
    const promised = [...this.#starting].filter(([, bridge]) => bridge === number).map(([veth]) => veth);
    const cables = new Set([...cablesOn(this.place.bridgeOf(number), this.place.vethPrefix), ...promised]);
    this.#cables.set(number, cables);
    return cables;
  }

  async #ensure(number: number): Promise<void> {
    if (number > 1) {
      await this.#made.ensure(number);
    }
  }

  /** Creates what is missing. It can be repeated, also after an interrupted call. */
  async #make(number: number): Promise<void> {
    const { place, runner } = this;
    const bridge = place.bridgeOf(number);
    const { atFirst, atBridge } = place.jointOf(number);
    if (!(await hasLink(bridge))) {
      await runner.run(commands.addFurtherBridge(bridge));
    }
    if (!(await hasLink(atFirst))) {
      await runner.run(commands.addCable(atFirst, atBridge));
    }
    const mtu = await bridgeMtu(place);
    await runner.run(commands.plugIn(atFirst, place.bridge, mtu));
    await runner.run(commands.plugIn(atBridge, bridge, mtu));
    await ignoreRouters(bridge);
    await runner.run(commands.raiseBridge(bridge, mtu));
    this.#whole.add(number);
  }

  /** Returns the numbers of the bridges in this network namespace, also of those of which only the cable is left. */
  async #present(): Promise<number[]> {
    const links = await readdir("/sys/class/net");
    return links.flatMap((link) => this.place.bridgeNumber(link) ?? this.place.jointNumber(link) ?? []);
  }
}

function cablesOn(bridge: string, prefix: string): string[] {
  try {
    return readdirSync(`/sys/class/net/${bridge}/brif`).filter((link) => link.startsWith(prefix));
  } catch (error) {
    if (hasErrno(error, "ENOENT")) {
      return [];
    }
    throw error;
  }
}
