import type { Client } from "../../client/client";
import type { FleetSummary } from "../../protocol/methods/fleet";
import type { Instance } from "../../protocol/methods/instance";
import type { Io } from "../io";
import { targetOf, titleOf } from "./instances";
import { onEach } from "./on-each";
import { requireFleetUpdate } from "./require-fleet-update";

/** An object that is extended and destroyed as a whole: an instance outside fleets, or a fleet with its members. */
export interface InstanceOrFleet {
  /** The title in messages: `500 (web)` or `fleet web`. */
  readonly title: string;
  readonly createdAt: string;
  /** Restarts the TTL; 0 removes it. @returns the remaining seconds, or undefined without a TTL. */
  readonly extend: (ttlSeconds: number | undefined) => Promise<number | undefined>;
  readonly destroy: () => Promise<unknown>;
}

export function ofInstance(client: Client, instance: Instance): InstanceOrFleet {
  const target = targetOf(instance);
  return {
    title: titleOf(instance),
    createdAt: instance.createdAt,
    extend: async (asked) => {
      const { ttlSeconds } =
        asked === 0
          ? await client.call("instance.update", { ...target, ttlSeconds: 0 })
          : await client.call("instance.extend", { ...target, ttlSeconds: asked });
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
      if (asked === 0) {
        await requireFleetUpdate(client, "remove the TTL of a fleet");
        return (await client.call("fleet.update", { ...target, ttlSeconds: 0 })).ttlSeconds;
      }
      return (await client.call("fleet.extend", { ...target, ttlSeconds: asked })).ttlSeconds;
    },
    destroy: () => client.call("fleet.destroy", target),
  };
}

/** The message if there is nothing to destroy. */
export const nothingToDestroy = "There is nothing to destroy.";

/** Destroys the units in parallel, and prints a line for each destroyed one. */
export async function destroyEach(io: Io, units: readonly InstanceOrFleet[]): Promise<void> {
  if (units.length === 0) {
    io.note(nothingToDestroy);
  }
  await onEach(units, async ({ title, destroy }) => {
    await destroy();
    io.print(`${title} destroyed`);
  });
}
