import { MccError, messageOf } from "../../../../protocol/error";
import { Queue } from "../../../support/concurrency/turns";
import type { DriverLog, Network } from "../../driver";
import { commands } from "../commands/command";
import type { CommandRunner } from "../commands/runner";
import type { ContainerPlace, Place } from "../place";
import type { Bridges } from "./bridges";
import type { Chatter } from "./chatter";
import type { Fault } from "./fault";
import { forwardingsOf, noteForwarding, switchForwardingOff, switchForwardingOn } from "./forwarding";
import type { AddressOwners } from "./isolation/address-owners";
import type { NetworkGroups } from "./isolation/groups";
import { hostRules, isolationRules } from "./isolation/rules";
import type { SetChanges } from "./isolation/set-changes";
import { type Ruleset, readRuleset, tableText } from "./ruleset";

type Family = "bridge" | "inet" | "ip" | "ip6";

interface FirewallParts {
  readonly place: Place;
  readonly network: Network;
  readonly runner: CommandRunner;
  readonly log: DriverLog;
  readonly bridges: Bridges;
  readonly chatter: Chatter;
  readonly groups: NetworkGroups;
  readonly owners: AddressOwners;
  readonly setChanges: SetChanges;
}

/** The rules for the daemon's own cables and network, in tables of their own. */
export class Firewall {
  /** What the kernel said of each table just after it was made; undefined for one that could not be made. */
  readonly #made = new Map<Family, string | undefined>();
  /** The groups that the tables separate. */
  #groups: readonly number[] = [];
  /** The port of this host that the tables close to containers. */
  #closedPort: number | undefined;
  /** Changes of the tables run one after the other. */
  readonly #changes = new Queue();

  constructor(private readonly parts: FirewallParts) {}

  /** Makes the tables, in place of those that are there. Repeatable. */
  async open(): Promise<void> {
    await this.#changes.take(() => this.#open());
  }

  /**
   * Separates the group of a new container from the others, and refuses its addresses to them. Groups without containers
   * stay in the tables until another one comes.
   */
  async admit(
    container: Pick<ContainerPlace, "id">,
    addresses: Parameters<AddressOwners["hold"]>[1],
  ): Promise<void> {
    const { groups, owners } = this.parts;
    owners.hold(container, addresses);
    const number = groups.numberOf(container);
    if (number === 0 && this.#groups.length === 0) {
      return;
    }
    await this.#changes.take(async () => {
      if (number === 0 || this.#groups.includes(number)) {
        await this.#updateOwners();
        return;
      }
      this.#groups = groups.numbers();
      await this.#makeBridgeTable();
      await this.#makeHostTable();
      await this.#keep(["bridge", "inet"]);
    });
  }

  /** For a container that is gone: all may use its addresses. A failure is logged. */
  async dismiss(container: Pick<ContainerPlace, "id">): Promise<void> {
    const { owners, log } = this.parts;
    owners.release(container);
    await this.#changes
      .take(() => this.#updateOwners())
      .catch((error: unknown) => {
        const { id } = container;
        log.warn(
          { container: id, err: error },
          `the addresses of container ${id}, which is gone, stay refused to other groups: ${messageOf(error)}`,
        );
      });
  }

  /** The first of several changes that wait makes all of them, with one command. */
  async #updateOwners(): Promise<void> {
    const { runner, owners, setChanges, log } = this.parts;
    // A table without groups has no sets.
    if (this.#groups.length === 0) {
      return;
    }
    const { text, made } = owners.changes();
    if (text === "") {
      return;
    }
    try {
      await (setChanges.accepts(text) ? setChanges.run(text) : runner.run(commands.firewall(text)));
      made();
    } catch (error) {
      log.debug({ err: error }, "the bridge's table was changed by another program, and is made again");
      await this.#makeBridgeTable();
      await this.#keep(["bridge"]);
    }
  }

  /** Closes a TCP port of this host to containers, or none. */
  async closePort(port: number | undefined): Promise<void> {
    await this.#changes.take(async () => {
      if (this.#closedPort !== port) {
        this.#closedPort = port;
        await this.#keep(await this.#makeHostTable());
      }
    });
  }

  async #open(): Promise<void> {
    const { place, network, runner, groups, log } = this.parts;
    // What was made once and cannot be made again is a fault until it is.
    [...this.#made.keys()].forEach((family) => this.#made.set(family, undefined));
    this.#groups = groups.numbers();
    const families: Family[] = [];
    try {
      await this.#makeBridgeTable();
      families.push("bridge");
    } catch (error) {
      if (this.#groups.length > 0) {
        throw error;
      }
      log.warn(
        { err: error },
        `what instances say to all while they boot is not kept off the bridge, which slows large fleets: ${messageOf(error)}`,
      );
    }
    families.push(...(await this.#makeHostTable()));
    const forwardings = forwardingsOf(network);
    for (const family of ["ip", "ip6"] as const) {
      const forwarding = forwardings.find((candidate) => candidate.family === family);
      const wasOffChain = forwarding && (await noteForwarding(this.parts, forwarding));
      const rules = forwarding === undefined ? "" : translationRules(place, network, family, wasOffChain);
      await runner.run(commands.firewall(removal(place, family) + rules));
      if (forwarding !== undefined) {
        families.push(family);
        await switchForwardingOn(place, forwarding);
      }
    }
    await this.#keep(families);
  }

  /** In one transaction, so that no packet passes between the old table and the new one. */
  async #makeBridgeTable(): Promise<void> {
    const { place, runner, bridges, chatter, owners } = this.parts;
    const isSeparating = this.#groups.length > 0;
    const sets = isSeparating ? owners.declarations() : undefined;
    const rules =
      chatter.rules(await bridges.veths()) +
      (sets === undefined ? "" : isolationRules(place, this.#groups, sets.text));
    const table = `table bridge ${place.firewallTable} {${rules}\n}\n`;
    await runner.run(commands.firewall(removal(place, "bridge") + table));
    sets?.made();
  }

  /** @returns the family of the table, if there is anything in it. */
  async #makeHostTable(): Promise<Family[]> {
    const { place, runner } = this.parts;
    const rules = hostRules(place, this.#closedPort, this.#groups);
    await runner.run(commands.firewall(removal(place, "inet") + rules));
    if (rules === "") {
      this.#made.delete("inet");
      return [];
    }
    return ["inet"];
  }

  /** Lists the tables that others have changed or removed since. */
  faults(ruleset: Ruleset): Fault[] {
    const table = this.parts.place.firewallTable;
    return [...this.#made].flatMap(([family, made]) =>
      tableText(ruleset, { family, table }) === made
        ? []
        : [{ what: `the firewall's table ${family} ${table} was changed`, remedy: "restart mccserver" }],
    );
  }

  /**
   * Removes the tables, and switches forwarding off again where it was we who switched it on and nobody else needs it.
   */
  async remove(): Promise<void> {
    const { place, runner, log } = this.parts;
    this.#made.clear();
    try {
      await runner.run(commands.firewall(removal(place, "bridge")));
    } catch (error) {
      log.warn({ err: error }, `the firewall table of the bridge was not removed: ${messageOf(error)}`);
    }
    const others = ["inet", "ip", "ip6"] as const;
    await runner.run(commands.firewall(others.map((family) => removal(place, family)).join("")));
    await switchForwardingOff(this.parts);
  }

  /** @throws MccError `engine` when another program removed a table at once. */
  async #keep(families: readonly Family[]): Promise<void> {
    const { place, runner } = this.parts;
    const table = place.firewallTable;
    const ruleset = await readRuleset(runner);
    for (const family of families) {
      if (!ruleset.rules.some((rule) => rule.family === family && rule.table === table)) {
        throw new MccError(
          "engine",
          `Another program on this host removes the firewall's table ${family} ${table}.`,
        );
      }
      this.#made.set(family, tableText(ruleset, { family, table }));
    }
  }
}

/** Declared first, because deleting what is not there would fail. */
function removal({ firewallTable }: Place, family: Family): string {
  return `table ${family} ${firewallTable} {}\ndelete table ${family} ${firewallTable}\n`;
}

/** Large TCP segments must fit the way out and the bridge, also where what says so (ICMP) is lost. */
function translationRules(
  { firewallTable, bridge }: Place,
  network: Network,
  family: "ip" | "ip6",
  wasOffChain: string | undefined,
): string {
  const { address, prefixLength } = family === "ip" ? network : (network.ipv6 ?? network);
  const range = `${address}/${prefixLength}`;
  const clamp = "tcp flags syn / syn,rst tcp option maxseg size set rt mtu";
  return `table ${family} ${firewallTable} {
  ${wasOffChain === undefined ? "" : `chain ${wasOffChain} {}`}
  chain forward {
    type filter hook forward priority mangle; policy accept;
    iifname "${bridge}" oifname != "${bridge}" ${clamp}
    iifname != "${bridge}" oifname "${bridge}" ${clamp}
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ${family} saddr ${range} ${family} daddr != ${range} masquerade
  }
}
`;
}
