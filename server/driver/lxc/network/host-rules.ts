import type { CommandRunner } from "../commands/runner";
import type { Place } from "../place";
import { readChains } from "./ruleset";

/** A chain that the kernel passes IP packets of the whole host through. */
export interface HostChain {
  /** As nft calls it: `inet filter forward`. */
  readonly name: string;
  readonly purpose: "translation" | "forwarding";
  /** What becomes of a packet that no rule in it decides on. */
  readonly policy: string | undefined;
}

type Runner = Pick<CommandRunner, "run">;

/** What others do with packets that are forwarded: the chains for it that are not in our own tables. */
export async function othersChains(
  place: Pick<Place, "firewallTable">,
  runner: Runner,
  family: "ip" | "ip6" = "ip",
): Promise<HostChain[]> {
  return (await readChains(runner))
    .filter((chain) => [family, "inet"].includes(chain.family) && chain.table !== place.firewallTable)
    .flatMap(({ family: of, table, name, type, hook, policy }) => {
      const purpose = type === "nat" ? "translation" : hook === "forward" ? "forwarding" : undefined;
      return purpose === undefined ? [] : [{ name: `${of} ${table} ${name}`, purpose, policy }];
    });
}

/** Whether any table of this host has a chain of that name. */
export async function hasChain(runner: Runner, chain: string): Promise<boolean> {
  return (await readChains(runner)).some(({ name }) => name === chain);
}
