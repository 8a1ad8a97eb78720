import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unlessErrno } from "../../../../protocol/errno";
import type { Place } from "../place";

/** Of Ethernet, for a host without a way out. */
const usualMtu = 1500;
const routeIsUp = 0x1;

/** The interface of the host's default route for IPv4, the one with the lowest metric; undefined if it has none. */
export async function uplink(place: Place, folder = "/proc/net"): Promise<string | undefined> {
  const table = (await unlessErrno(readFile(join(folder, "route"), "utf8"), "ENOENT")) ?? "";
  const routes = table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .map(([device = "", target, , flags, , , metric, mask]) => ({
      device,
      metric: Number(metric),
      isDefault: Number(`0x${target}`) === 0 && Number(`0x${mask}`) === 0,
      isUp: (Number(`0x${flags}`) & routeIsUp) !== 0,
    }))
    .filter(({ device, isDefault, isUp }) => isDefault && isUp && place.bridgeNumber(device) === undefined)
    .sort((one, other) => one.metric - other.metric);
  return routes[0]?.device;
}

/** Returns the MTU of the uplink in bytes; undefined without an uplink. */
export async function uplinkMtu(place: Place): Promise<number | undefined> {
  const device = await uplink(place);
  return device === undefined ? undefined : await mtuOf(device);
}

/** Returns the MTU that the bridges must have: the uplink's. Without an uplink, it is what the first bridge has. */
export async function bridgeMtu(place: Place): Promise<number> {
  return (await uplinkMtu(place)) ?? (await mtuOf(place.bridge)) ?? usualMtu;
}

async function mtuOf(link: string): Promise<number | undefined> {
  const text = await unlessErrno(readFile(join("/sys/class/net", link, "mtu"), "utf8"), "ENOENT");
  return text === undefined ? undefined : Number(text);
}
