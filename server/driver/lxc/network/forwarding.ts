import { access, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import type { DriverLog, Network } from "../../driver";
import type { CommandRunner } from "../commands/runner";
import type { Place } from "../place";
import { hasChain, othersChains } from "./host-rules";

/** A setting of the kernel by which this host passes packets on. */
interface Forwarding {
  readonly title: string;
  readonly family: "ip" | "ip6";
  readonly file: string;
  readonly setting: string;
  /** Exists in the driver's folder when it was this daemon that switched it on. */
  readonly mark: (place: Place) => string;
  /**
   * A chain with nothing in it, by which a daemon that switched forwarding on tells those that find it on: the last of
   * them to go switches it off.
   */
  readonly wasOffChain: string;
}

const forwardings: readonly Forwarding[] = [
  {
    title: "IPv4",
    family: "ip",
    file: "/proc/sys/net/ipv4/ip_forward",
    setting: "net.ipv4.ip_forward",
    mark: ({ forwardingMark }) => forwardingMark,
    wasOffChain: "minicloud-forwarding-was-off",
  },
  {
    title: "IPv6",
    family: "ip6",
    file: "/proc/sys/net/ipv6/conf/all/forwarding",
    setting: "net.ipv6.conf.all.forwarding",
    mark: ({ ipv6ForwardingMark }) => ipv6ForwardingMark,
    wasOffChain: "minicloud-ipv6-forwarding-was-off",
  },
];
const interfaces = "/proc/sys/net/ipv6/conf";

interface Parts {
  readonly place: Place;
  readonly runner: CommandRunner;
  readonly log: DriverLog;
}

/** Returns the settings that the network needs. */
export function forwardingsOf({ nat, ipv6 }: Network): readonly Forwarding[] {
  return forwardings.filter(({ family }) => nat && (family === "ip" || ipv6 !== undefined));
}

/**
 * Notes whether forwarding was off before this daemon, or another one that is still here, switched it on.
 *
 * @returns the chain for the firewall that tells other daemons so; undefined if it was on.
 */
export async function noteForwarding(
  { place, runner, log }: Parts,
  { title, file, mark, wasOffChain }: Forwarding,
): Promise<string | undefined> {
  if (await isThere(mark(place))) {
    return wasOffChain;
  }
  const wasOff = (await readFile(file, "utf8")).trim() === "0" || (await hasChain(runner, wasOffChain));
  if (wasOff) {
    await writeFile(mark(place), "").catch((error: unknown) => {
      log.warn(
        { err: error },
        `a purge will leave ${title} forwarding on, as that it was off cannot be noted`,
      );
    });
  }
  return wasOff ? wasOffChain : undefined;
}

/** Switches forwarding on. With IPv6, the host keeps its own routers, which the kernel would ignore from then on. */
export async function switchForwardingOn(place: Place, { family, file }: Forwarding): Promise<void> {
  if (family === "ip6") {
    await keepAcceptingRouters(place);
  }
  await writeFile(file, "1");
}

/** Switches off what this daemon switched on, unless others need it. */
export async function switchForwardingOff({ place, runner, log }: Parts): Promise<void> {
  for (const { title, family, file, setting, mark, wasOffChain } of forwardings) {
    if (await isThere(mark(place))) {
      const [other] = await othersChains(place, runner, family);
      if (other === undefined) {
        await writeFile(file, "0");
      } else if (!(await hasChain(runner, wasOffChain))) {
        log.warn(
          { chain: other.name },
          `${title} forwarding stays on, as the firewall's chain ${other.name} needs it by now; to switch it off: sysctl -w ${setting}=0`,
        );
      }
      await rm(mark(place));
    }
  }
}

async function keepAcceptingRouters(place: Place): Promise<void> {
  for (const link of await readdir(interfaces)) {
    const file = join(interfaces, link, "accept_ra");
    const isOurs =
      place.isVeth(link) || place.bridgeNumber(link) !== undefined || place.jointNumber(link) !== undefined;
    if (!isOurs && (await unlessErrno(readFile(file, "utf8"), "ENOENT"))?.trim() === "1") {
      await unlessErrno(writeFile(file, "2"), "ENOENT");
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  const found = access(path).then(() => true);
  return (await unlessErrno(found, "ENOENT")) ?? false;
}
