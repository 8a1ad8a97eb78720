import type { Client } from "../../client/client";
import type { FleetSummary } from "../../protocol/methods/fleet";
import type { Instance } from "../../protocol/methods/instance";
import type { Io } from "../io";
import { targetOf, titleOf } from "./instances";
import { onEach } from "./on-each";

/** What lives and goes as one: an instance that stands alone, or a fleet with all its members. */
export interface InstanceOrFleet {
  /** `500 (web)`, `fleet web`. */
  readonly title: string;
  readonly createdAt: string;
  /** @returns the seconds that are left. */
  readonly extend: (ttlSeconds: number | undefined) => Promise<number>;
  readonly destroy: () => Promise<unknown>;
}

export function ofInstance(client: Client, instance: Instance): InstanceOrFleet {
  const target = targetOf(instance);
  return {
    title: titleOf(instance),
    createdAt: instance.createdAt,
    extend: async (asked) => {
      const { ttlSeconds = 0 } = await client.call("instance.extend", { ...target, ttlSeconds: asked });
      return ttlSeconds;
    },
    destroy: () => client.call("instance.destroy", target),
  };
}

export function ofFleet(client: Client, { name, uid, createdAt }: FleetSummary): InstanceOrFleet {
  const target = { fleet: name, uid };
  return {
    title: `fleet ${name}`,
    createdAt,
    extend: async (asked) => {
      const { ttlSeconds = 0 } = await client.call("fleet.extend", { ...target, ttlSeconds: asked });
      return ttlSeconds;
    },
    destroy: () => client.call("fleet.destroy", target),
  };
}

/** What is said where nothing is left to destroy. */
export const nothingToDestroy = "There is nothing to destroy.";

/** Destroys them at once, and prints a line for each that is gone. */
export async function destroyEach(io: Io, units: readonly InstanceOrFleet[]): Promise<void> {
  if (units.length === 0) {
    io.note(nothingToDestroy);
  }
  await onEach(units, async ({ title, destroy }) => {
    await destroy();
    io.print(`${title} destroyed`);
  });
}
