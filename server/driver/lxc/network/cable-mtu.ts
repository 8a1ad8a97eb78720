import { readFileSync } from "node:fs";
import { unlessGone } from "../cgroups/cgroup-tree";

/**
 * Returns the words of lxc-start that give a container's cable the MTU of its bridge. Without them, LXC gives it the same one, but asks
 * the kernel for all interfaces of the host first: with 1,000 containers, that takes 30 ms for each start.
 * A reboot inside uses them again, also if the bridge has another MTU by then.
 *
 * @returns none if there is no such bridge. LXC's message then says so.
 */
export function cableMtuWords(bridge: string): string[] {
  const mtu = unlessGone(() => readFileSync(`/sys/class/net/${bridge}/mtu`, "utf8"))?.trim();
  return mtu === undefined ? [] : ["--define", `lxc.net.0.mtu=${mtu}`];
}
