import { messageOf } from "../../../../protocol/error";
import type { DriverLog, Network } from "../../driver";
import { commands } from "../commands/command";
import type { CommandRunner } from "../commands/runner";
import type { Place } from "../place";

/**
 * Sends some packets of a booting container only to the host, which ignores them. The bridge would repeat them to all other
 * containers: a third of all processor time at 1,000 containers. From these packets, the bridge learns the port of the
 * container, so it sends later packets for the container to that port only.
 *
 * These packets, the chatter, are reports of multicast groups (IGMP and MLD), router solicitations, and duplicate address
 * detection of IPv6. On a bridge without snooping, only a router needs them: while a container is a router, or when the
 * sender has run for `settleMs`, they go to all containers. All other packets always do.
 */
export class Chatter {
  /** The interfaces in the firewall's set `settled`, whose chatter goes to all. */
  readonly #settled = new Set<string>();
  /** The changes of that set that are made when the timer ends. */
  readonly #changes = new Map<string, "add" | "delete">();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly place: Place,
    private readonly network: Network,
    private readonly runner: CommandRunner,
    private readonly log: DriverLog,
    private readonly settleMs: number,
  ) {}

  /** For the cable of a container that has started: it counts as settled after `settleMs`. */
  started(veth: string): void {
    this.#change(veth, "add");
  }

  /** For the cable of a container that has ended: at its next boot, its chatter goes to the host alone again. */
  ended(veth: string): void {
    this.#change(veth, "delete");
  }

  /** Returns the rules for the bridge's table of the firewall. These interfaces count as settled. */
  rules(veths: readonly string[]): string {
    this.#settled.clear();
    veths.filter((veth) => this.#changes.get(veth) !== "add").forEach((veth) => this.#settled.add(veth));
    const { vethPrefix, bridgeHardwareAddress } = this.place;
    const toHost = `ether daddr set ${bridgeHardwareAddress} accept`;
    const settled = this.#settled.size === 0 ? "" : `elements = { ${quoted(this.#settled)} };`;
    return `
  set settled { type ifname; ${settled} }
  set routed { typeof meta protocol; size 8; flags dynamic,timeout; timeout 1h; }
  chain prerouting {
    type filter hook prerouting priority -300; policy accept;
    iifname != "${vethPrefix}*" accept
    meta pkttype != { broadcast, multicast } accept
    arp operation request arp daddr ip ${this.network.gateway} ${toHost}
    icmpv6 type { nd-router-advert, mld-listener-query } update @routed { meta protocol }
    igmp type membership-query update @routed { meta protocol }
    icmpv6 type { mld-listener-report, mld2-listener-report, mld-listener-done, nd-router-solicit } goto chatter
    icmpv6 type nd-neighbor-solicit ip6 saddr :: goto chatter
    ip protocol igmp goto chatter
  }
  chain chatter {
    meta protocol @routed accept
    icmpv6 type nd-router-solicit limit rate over ${solicitations} ${toHost}
    iifname @settled accept
    ${toHost}
  }`;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #change(veth: string, change: "add" | "delete"): void {
    this.#changes.set(veth, change);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#apply();
    }, this.settleMs).unref();
  }

  /** One command for all that have changed within that time. */
  async #apply(): Promise<void> {
    const changes = [...this.#changes];
    this.#changes.clear();
    const [added, deleted] = (["add", "delete"] as const).map((kind) =>
      changes
        .filter(([veth, change]) => change === kind && this.#settled.has(veth) === (kind === "delete"))
        .map(([veth]) => veth),
    );
    const lines = [...this.#elements("add", added), ...this.#elements("delete", deleted)];
    if (lines.length === 0) {
      return;
    }
    added?.forEach((veth) => this.#settled.add(veth));
    deleted?.forEach((veth) => this.#settled.delete(veth));
    try {
      await this.runner.run(commands.firewall(lines.join("")));
    } catch (error) {
      // The table may be gone; the watch over the network then makes it again, with those that run.
      this.log.debug(
        { err: error },
        `multicast reports of some instances still go to the host alone: ${messageOf(error)}`,
      );
    }
  }

  #elements(word: "add" | "delete", veths: readonly string[] = []): string[] {
    return veths.length === 0
      ? []
      : [`${word} element bridge ${this.place.firewallTable} settled { ${quoted(veths)} }\n`];
  }
}

/** While it gets no answer, each container asks for a router as long as it runs, more and more seldom. */
const solicitations = "10/second burst 10 packets";

function quoted(veths: Iterable<string>): string {
  return [...veths].map((veth) => `"${veth}"`).join(", ");
}
