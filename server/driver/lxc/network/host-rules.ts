import { z } from "zod";
import { commands } from "../commands/command";
import type { CommandRunner } from "../commands/runner";
import type { Place } from "../place";

/** A chain through which the kernel passes IPv4 packets of the whole host. */
export interface HostChain {
  /** In nft's form: `inet filter forward`. */
  readonly name: string;
  readonly purpose: "translation" | "forwarding";
  /** What happens to a packet for which no rule in the chain decides. */
  readonly policy: string | undefined;
}

type Runner = Pick<CommandRunner, "run">;

const chainSchema = z.object({
  family: z.string(),
  table: z.string(),
  name: z.string(),
  type: z.string().optional(),
  hook: z.string().optional(),
  policy: z.string().optional(),
});
const answerSchema = z.object({ nftables: z.array(z.object({ chain: chainSchema.optional() })) });

/** Returns the chains of others for forwarded packets: those that are not in this driver's tables. */
export async function othersChains(
  place: Pick<Place, "firewallTable">,
  runner: Runner,
): Promise<HostChain[]> {
  return (await allChains(runner))
    .filter(({ family, table }) => ["ip", "inet"].includes(family) && table !== place.firewallTable)
    .flatMap(({ family, table, name, type, hook, policy }) => {
      const purpose = type === "nat" ? "translation" : hook === "forward" ? "forwarding" : undefined;
      return purpose === undefined ? [] : [{ name: `${family} ${table} ${name}`, purpose, policy }];
    });
}

/** Returns whether any table of this host has a chain of that name. */
export async function hasChain(runner: Runner, chain: string): Promise<boolean> {
  return (await allChains(runner)).some(({ name }) => name === chain);
}

async function allChains(runner: Runner): Promise<z.infer<typeof chainSchema>[]> {
  const { nftables } = answerSchema.parse(JSON.parse(await runner.run(commands.listChains())));
  return nftables.flatMap(({ chain }) => chain ?? []);
}
