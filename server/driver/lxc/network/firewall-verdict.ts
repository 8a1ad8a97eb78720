import ipaddr from "ipaddr.js";
import { z } from "zod";
import type { Chain, Rule, Ruleset } from "./ruleset";

/** The first packet of a connection, as far as it is known. */
export interface Packet {
  readonly iifname: string;
  /** Undefined for a packet to this host, and where the way out is not known. */
  readonly oifname?: string | undefined;
  /** The network of its source. */
  readonly source: string;
}

export type Verdict = "accept" | "drop";

/** True or false; undefined if it depends on more than is known of the packet. */
type Truth = boolean | undefined;

const matchSchema = z.object({ op: z.string(), left: z.unknown(), right: z.unknown() });
const targetSchema = z.object({ target: z.string() });
const metaSchema = z.object({ meta: z.object({ key: z.string() }) });
const payloadSchema = z.object({ payload: z.object({ protocol: z.string(), field: z.string() }) });
const stateSchema = z.object({ ct: z.object({ key: z.literal("state") }) });
const setSchema = z.object({ set: z.array(z.unknown()) });
const prefixSchema = z.object({ prefix: z.object({ addr: z.string(), len: z.int() }) });
const mapSchema = z.object({
  key: z.unknown(),
  data: z.object({ set: z.array(z.tuple([z.unknown(), z.record(z.string(), z.unknown())])) }),
});

/** Statements that decide on nothing. */
const withoutEffect = ["counter", "comment", "log", "mangle", "set"];
const deepestJump = 16;

/**
 * Says what a base chain does with a packet. A rule counts only if it is certain to apply: a rule for one port decides
 * nothing here. The end of the chain decides by its policy.
 */
export function verdictOf(ruleset: Ruleset, chain: Chain, packet: Packet): Verdict {
  return walk(ruleset, chain, packet, 0) ?? (chain.policy === "drop" ? "drop" : "accept");
}

function walk(
  ruleset: Ruleset,
  { family, table, name }: Chain,
  packet: Packet,
  depth: number,
): Verdict | undefined {
  const rules = ruleset.rules.filter(
    (rule) => rule.family === family && rule.table === table && rule.chain === name,
  );
  for (const rule of rules) {
    const effect = effectOf(rule, packet);
    if (effect === "return") {
      return undefined;
    }
    if (effect === "accept" || effect === "drop") {
      return effect;
    }
    if (effect !== undefined && depth < deepestJump) {
      const next = ruleset.chains.find(
        (chain) => chain.family === family && chain.table === table && chain.name === effect.chain,
      );
      const verdict = next && walk(ruleset, next, packet, depth + 1);
      if (verdict !== undefined || effect.final) {
        return verdict;
      }
    }
  }
  return undefined;
}

type Effect = Verdict | "return" | { readonly chain: string; readonly final: boolean };

/** What a rule is certain to do with the packet; undefined for nothing. */
function effectOf({ expr }: Rule, packet: Packet): Effect | undefined {
  for (const statement of expr) {
    const [[word, value] = ["", undefined]] = Object.entries(statement);
    if (word === "match") {
      if (truthOf(value, packet) !== true) {
        return undefined;
      }
    } else if (word === "vmap") {
      const statements = lookUp(value, packet);
      return statements && effectOf({ family: "", table: "", chain: "", expr: [statements] }, packet);
    } else if (!withoutEffect.includes(word)) {
      return effects[word]?.(value);
    }
  }
  return undefined;
}

const effects: Readonly<Record<string, (value: unknown) => Effect | undefined>> = {
  accept: () => "accept",
  drop: () => "drop",
  reject: () => "drop",
  return: () => "return",
  jump: (value) => jump(value, false),
  goto: (value) => jump(value, true),
};

function jump(value: unknown, final: boolean): Effect | undefined {
  const { data } = targetSchema.safeParse(value);
  return data && { chain: data.target, final };
}

function truthOf(value: unknown, packet: Packet): Truth {
  const { data: match } = matchSchema.safeParse(value);
  if (match === undefined) {
    return undefined;
  }
  const truth = equals(match.left, match.right, packet);
  return match.op === "!=" && truth !== undefined ? !truth : truth;
}

function equals(left: unknown, right: unknown, packet: Packet): Truth {
  const meta = metaSchema.safeParse(left).data?.meta.key;
  if (meta === "iifname" || meta === "iif") {
    return isAmong(right, (name) => isInterface(packet.iifname, name));
  }
  if (meta === "oifname" || meta === "oif") {
    return isAmong(right, (name) => isInterface(packet.oifname, name));
  }
  const payload = payloadSchema.safeParse(left).data?.payload;
  if (payload?.protocol === "ip" && payload.field === "saddr") {
    return isAmong(right, (range) => isSource(packet.source, range));
  }
  if (stateSchema.safeParse(left).success) {
    return isAmong(right, (state) => state === "new");
  }
  return undefined;
}

/** The values of a match: one, a list, or a set without a name. */
function isAmong(right: unknown, isEqual: (value: unknown) => Truth): Truth {
  const values = Array.isArray(right)
    ? (right as unknown[])
    : (setSchema.safeParse(right).data?.set ?? [right]);
  const truths = values.map(isEqual);
  if (truths.includes(true)) {
    return true;
  }
  return truths.includes(undefined) ? undefined : false;
}

/** An asterisk at its end stands for any rest. */
function isInterface(name: string | undefined, pattern: unknown): Truth {
  if (typeof pattern !== "string" || pattern.startsWith("@") || name === undefined) {
    return undefined;
  }
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** Undefined where the range has a part of the network. */
function isSource(source: string, range: unknown): Truth {
  const prefix = prefixSchema.safeParse(range).data?.prefix;
  const text = prefix === undefined ? `${String(range)}/32` : `${prefix.addr}/${prefix.len}`;
  if (!ipaddr.IPv4.isValidCIDR(text)) {
    return undefined;
  }
  const [ours, ourBits] = ipaddr.IPv4.parseCIDR(source);
  const [theirs, theirBits] = ipaddr.IPv4.parseCIDR(text);
  if (!ours.match(theirs, Math.min(ourBits, theirBits))) {
    return false;
  }
  return theirBits <= ourBits ? true : undefined;
}

/** The statement that a verdict map has for the packet. */
function lookUp(value: unknown, packet: Packet): Record<string, unknown> | undefined {
  const { data: map } = mapSchema.safeParse(value);
  return map?.data.set.find(([key]) => equals(map.key, key, packet) === true)?.[1];
}
