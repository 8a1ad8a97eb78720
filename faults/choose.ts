import { createHash } from "node:crypto";
import { happensTo, kindNames } from "./kinds";
import type { Step } from "./preload/step";
import { stepId } from "./preload/step";
import type { Fault } from "./tries";

/** Which faults of an operation are tried. */
export interface Choice {
  readonly kinds: readonly string[];
  readonly effects: readonly string[];
  /** The id of the only step. Default: every step. */
  readonly step?: string | undefined;
  readonly shard: { readonly number: number; readonly of: number };
  /** Shuffles. Default: the order of the steps, kind by kind. */
  readonly seed?: number | undefined;
}

/**
 * Returns the faults of an operation in the order in which they are tried.
 *
 * @param name of the driver and the operation, so that a seed gives each another order.
 */
export function faultsOf(name: string, steps: readonly Step[], choice: Choice): Fault[] {
  const chosen = kindNames
    .filter((kind) => choice.kinds.length === 0 || choice.kinds.includes(kind))
    .flatMap((kind) => steps.filter(({ effect }) => happensTo(kind, effect)).map((step) => ({ step, kind })))
    .filter(({ step }) => choice.effects.length === 0 || choice.effects.includes(step.effect))
    .filter(({ step }) => choice.step === undefined || stepId(step) === choice.step)
    // By the step's name, so that a step belongs to the same shard in every run.
    .filter(
      ({ step, kind }) =>
        rank(`${name} ${kind} ${stepId(step)}`) % choice.shard.of === choice.shard.number - 1,
    );
  const names = new Map(chosen.map((fault) => [`${fault.kind} ${stepId(fault.step)}`, fault]));
  const order =
    choice.seed === undefined ? [...names.keys()] : shuffled([...names.keys()], `${choice.seed} ${name}`);
  return order.flatMap((each) => names.get(each) ?? []);
}

/** Returns the names in an order that only the seed decides. */
export function shuffled<T extends string>(names: readonly T[], seed: string): T[] {
  return [...names]
    .map((name) => ({ name, rank: rank(`${seed} ${name}`) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ name }) => name);
}

function rank(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE();
}
