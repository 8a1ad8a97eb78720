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
import type { NetworkGroups } from "./isolation/groups";
import { hostRules, isolationRules } from "./isolation/rules";
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
}

/** The rules for the daemon's own cables and network, in tables of their own. */
export class Firewall {
  /** What the kernel said of each table just after it was made; undefined for one that could not be made. */
  readonly #made = new Map<Family, string | undefined>();
  /** The groups that the tables separate. */
  #groups: readonly number[] = [];
  /** The group whose members reach nobody. */
  #closed: number | undefined;
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
   * Separates the group of a container from the others, if the tables do not have it yet. Groups without containers stay in
   * the tables until another one comes.
   */
  async separateGroupOf(container: Pick<ContainerPlace, "id">): Promise<void> {
    const { groups } = this.parts;
    const isSeparated = (): boolean => {
      const number = groups.numberOf(container);
      const isClosed = (number === groups.closedNumber()) === (number === this.#closed);
      return number === 0 || (this.#groups.includes(number) && isClosed);
    };
    if (!isSeparated()) {
      await this.#changes.take(async () => {
        if (!isSeparated()) {
          this.#readGroups();
          await this.#makeBridgeTable();
          await this.#makeHostTable();
          await this.#keep(["bridge", "inet"]);
        }
      });
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
    const { place, network, runner, log } = this.parts;
    // What was made once and cannot be made again is a fault until it is.
    [...this.#made.keys()].forEach((family) => this.#made.set(family, undefined));
    this.#readGroups();
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

  #readGroups(): void {
    const { groups } = this.parts;
    this.#groups = groups.numbers();
    this.#closed = groups.closedNumber();
  }

  /** In one transaction, so that no packet passes between the old table and the new one. */
  async #makeBridgeTable(): Promise<void> {
    const { place, runner, bridges, chatter } = this.parts;
    const rules = chatter.rules(await bridges.veths()) + isolationRules(place, this.#groups, this.#closed);
    const table = `table bridge ${place.firewallTable} {${rules}\n}\n`;
    await runner.run(commands.firewall(removal(place, "bridge") + table));
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
