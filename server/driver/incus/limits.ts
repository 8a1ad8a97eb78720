import type { InstanceType } from "../../../protocol/methods/instance-type";

/** The kernel's usual period, of which an instance gets a part for each processor. */
const periodMs = 100;

interface Setting {
  readonly name: string;
  readonly amount: (type: InstanceType) => number | undefined;
  readonly value: (amount: number) => string;
}

/** The settings of the engine for the limits of an instance type. */
const settings: readonly Setting[] = [
  { name: "limits.memory", amount: ({ memoryBytes }) => memoryBytes, value: (bytes) => `${bytes}B` },
  {
    name: "limits.cpu.allowance",
    amount: ({ cpus }) => cpus,
    value: (cpus) => `${Math.max(1, Math.round(cpus * periodMs))}ms/${periodMs}ms`,
  },
  { name: "limits.processes", amount: ({ processes }) => processes, value: String },
];

/** Returns the settings of an instance that limit it. An unlimited resource has an empty one. */
export function limitSettings(type: InstanceType): Record<string, string> {
  return Object.fromEntries(
    settings.map(({ name, amount, value }) => {
      const limit = amount(type);
      return [name, limit === undefined ? "" : value(limit)];
    }),
  );
}

/** Returns the same without the empty ones, for a new instance. */
export function limitsOfNew(type: InstanceType): Record<string, string> {
  return Object.fromEntries(Object.entries(limitSettings(type)).filter(([, value]) => value !== ""));
}

/**
 * Returns the size of the root volume; undefined for no limit. Its limit counts what the image has, too, and that of an
 * instance type does not.
 */
export function rootSize({ diskBytes }: InstanceType, imageBytes: number): string | undefined {
  return diskBytes === undefined ? undefined : `${diskBytes + imageBytes}B`;
}
