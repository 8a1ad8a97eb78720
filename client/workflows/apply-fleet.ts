import { MccError } from "../../protocol/error";
import type { Fleet, FleetApplyParameters, FleetSummary } from "../../protocol/types/fleet";
import type { Client } from "../client";
import { outlastRestarts } from "./outlast-restarts";
import { requireIsolation } from "./require-isolation";
import { requirePlacement } from "./require-placement";

/** How often the counts are read, so that users can see progress. */
const lookEverySeconds = 1;
/**
 * The time limit of a member can equal that of the fleet. The daemon knows what the member waits for, so its timeout
 * must come first. It collects failures for a second.
 */
const graceSeconds = 3;

/**
 * Reports that a fleet was not complete within {@link ApplicationOptions.timeoutSeconds}. The daemon continues to work on
 * it. The code is `timeout`.
 */
export class ApplicationTimeout extends MccError {
  /**
   * Marks the class across copies of this package, which `instanceof` cannot see.
   *
   * @internal
   */
  readonly isApplicationTimeout = true;

  /**
   * Returns whether a value is an ApplicationTimeout of any copy of this package, which `instanceof` cannot tell.
   *
   * @param error a caught value.
   */
  static override isInstance(error: unknown): error is ApplicationTimeout {
    return (
      MccError.isInstance(error) && "isApplicationTimeout" in error && error.isApplicationTimeout === true
    );
  }
}

/** Contains the options of {@link applyFleet}. */
export interface ApplicationOptions {
  /**
   * Called with the fleet after the daemon has recorded it, and then every second until it is complete. Default: none.
   */
  readonly onLook?: (fleet: FleetSummary) => void;
  /** The time limit for the whole fleet, in seconds. Default: none, only the limits of the members apply. */
  readonly timeoutSeconds?: number | undefined;
  /** How long to wait for a lost daemon to return, in milliseconds. Default: 60000. */
  readonly patienceMs?: number;
}

/**
 * Creates a fleet, or brings it to the given state, and waits until it is complete. With a `clientToken` or a `uid`, it
 * continues after a restart of the daemon.
 *
 * @param client the client of the daemon.
 * @param parameters the parameters of `fleet.apply`.
 * @param options the time limit, and what to call during the wait.
 * @returns the fleet with its members.
 * @throws MccError if the change failed. `fleet.get` then returns the members that exist.
 * @throws ApplicationTimeout if the fleet is not complete within `timeoutSeconds`.
 * @throws ConnectionError if the daemon was lost.
 */
export async function applyFleet(
  client: Client,
  parameters: FleetApplyParameters,
  { onLook, timeoutSeconds, patienceMs }: ApplicationOptions = {},
): Promise<Fleet> {
  const endMs =
    timeoutSeconds === undefined
      ? Number.POSITIVE_INFINITY
      : client.time.now() + (timeoutSeconds + graceSeconds) * 1000;
  const repeatable = (parameters.clientToken ?? parameters.uid) !== undefined;
  return await outlastRestarts(client, repeatable, patienceMs, async (answered) => {
    await requireIsolation(client, parameters.isolate);
    await requirePlacement(client, parameters);
    const applied = await client.call("fleet.apply", parameters);
    answered();
    onLook?.(applied);
    const { name: fleet, uid } = applied;
    for (;;) {
      const look = await client.call("fleet.wait", { fleet, uid, timeoutSeconds: lookEverySeconds });
      onLook?.(look.fleet);
      if (look.done) {
        return await client.call("fleet.get", { fleet, uid });
      }
      if (client.time.now() >= endMs) {
        const { ready, wanted } = look.fleet.counts;
        throw new ApplicationTimeout(
          "timeout",
          `The fleet "${fleet}" has only ${ready} of ${wanted} members ready after ${timeoutSeconds} s${await waitingText(client, fleet)}.`,
        );
      }
    }
  });
}

/** Returns what members wait for: `: 2 wait for tcp 5432`. */
async function waitingText(client: Client, fleet: string): Promise<string> {
  const instances = await client.call("instance.list", {});
  const counts = new Map<string, number>();
  for (const { fleet: place, waitingFor } of instances) {
    if (place?.name === fleet && waitingFor !== undefined) {
      counts.set(waitingFor, (counts.get(waitingFor) ?? 0) + 1);
    }
  }
  const parts = [...counts].map(([rung, count]) => `${count} wait for ${rung}`);
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}
