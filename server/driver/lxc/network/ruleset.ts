import { z } from "zod";
import { commands } from "../commands/command";
import type { CommandRunner } from "../commands/runner";

const chainSchema = z.object({
  family: z.string(),
  table: z.string(),
  name: z.string(),
  type: z.string().optional(),
  hook: z.string().optional(),
  prio: z.unknown().optional(),
  /** What happens to a packet that no rule decides on. */
  policy: z.string().optional(),
});
/** A chain of the host's firewall. Those with a hook get packets from the kernel, the others by jumps. */
export type Chain = z.infer<typeof chainSchema>;

const ruleSchema = z.object({
  family: z.string(),
  table: z.string(),
  chain: z.string(),
  expr: z.array(z.record(z.string(), z.unknown())).default([]),
});
/** A rule of a chain: statements, as nft's JSON has them. */
export type Rule = z.infer<typeof ruleSchema>;

const answerSchema = z.object({
  nftables: z.array(z.object({ chain: chainSchema.optional(), rule: ruleSchema.optional() })),
});

/** What this host's firewall does. */
export interface Ruleset {
  readonly chains: readonly Chain[];
  readonly rules: readonly Rule[];
}

type Runner = Pick<CommandRunner, "run">;
type Table = Pick<Chain, "family" | "table">;

/** Returns all chains of this host's firewall. */
export async function readChains(runner: Runner): Promise<Chain[]> {
  return parse(await runner.run(commands.listChains())).chains;
}

/** Returns the whole firewall of this host. */
export async function readRuleset(runner: Runner): Promise<Ruleset> {
  return parse(await runner.run(commands.listRuleset()));
}

/** Returns the chains and rules of one table as a text that is equal as long as they are. */
export function tableText({ chains, rules }: Ruleset, table: Table): string {
  const isIn = (part: Table): boolean => part.family === table.family && part.table === table.table;
  return JSON.stringify([chains.filter(isIn), rules.filter(isIn)]);
}

function parse(answer: string): Ruleset & { readonly chains: Chain[] } {
  const { nftables } = answerSchema.parse(JSON.parse(answer));
  return {
    chains: nftables.flatMap(({ chain }) => chain ?? []),
    rules: nftables.flatMap(({ rule }) => rule ?? []),
  };
}
