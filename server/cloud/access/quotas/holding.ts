import type { FleetCatalog } from "../../fleets/catalog";
import { indexOf } from "../../fleets/plan";
import type { InstanceCatalog } from "../../instances/catalog";
import type { Instance } from "../../instances/instance";
import { accountOf } from "../account";

/** An instance of an account, as a quota counts it. */
export interface Holding {
  readonly account: string;
  readonly name: string;
  /** The names of the types that it has, or will have when the work under way ends. The largest counts. */
  readonly types: readonly string[];
}

/**
 * Returns everything that counts, from the catalogs, so that nothing has to be counted twice or given back. A replacement
 * counts once with what it replaces, and until that is gone.
 */
export function holdingsOf(instances: InstanceCatalog, fleets: FleetCatalog): Holding[] {
  const byName = new Map<string, Holding>();
  const add = (instance: Instance, more: readonly (string | undefined)[] = []): void => {
    const { record, nextType } = instance;
    const known = byName.get(record.name)?.types ?? [];
    const types = [...known, record.type, nextType, ...more].filter((type) => type !== undefined);
    byName.set(record.name, { account: accountOf(record), name: record.name, types });
  };
  for (const instance of instances.all()) {
    const change = fleets.named(instance.record.fleet?.name ?? "")?.change;
    const isStaying = change !== undefined && indexOf(instance) <= change.spec.count;
    add(instance, isStaying ? [change.spec.type] : []);
  }
  for (const { successors } of fleets.all()) {
    successors.forEach((successor) => add(successor));
  }
  return [...byName.values()];
}
