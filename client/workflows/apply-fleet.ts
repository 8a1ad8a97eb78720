import { MccError } from "../../protocol/error";
import type { Fleet, FleetSummary } from "../../protocol/methods/fleet";
import type { MethodParameters } from "../../protocol/methods/method-table";
import type { Client } from "../client";
import { outlastRestarts } from "./outlast-restarts";

/** How often the counts are read, so that users can see progress. */
const lookEverySeconds = 1;
/**
 * The time limit of a member can equal that of the fleet. The daemon knows what the member waits for, so its timeout
 * must come first. It collects failures for a second.
 */
const graceSeconds = 3;

/** The whole fleet took longer than `timeoutSeconds`; the daemon still works on it. Its code is `timeout`. */
export class ApplicationTimeout extends MccError {
  /** Marks the class across copies of this package, which `instanceof` cannot see. */
  readonly isApplicationTimeout = true;

  static override isInstance(error: unknown): error is ApplicationTimeout {
    return (
      MccError.isInstance(error) && "isApplicationTimeout" in error && error.isApplicationTimeout === true
    );
  }
}

export interface ApplicationOptions {
  /** Called with the fleet as it stands, from its first answer on and then every second until it is as asked. */
  readonly onLook?: (fleet: FleetSummary) => void;
  /** How long all of it may take. Default: as long as the daemon works on it. */
  readonly timeoutSeconds?: number | undefined;
  /** How long a daemon that was lost may take to come back. Default: 60 seconds. */
  readonly patienceMs?: number;
}

/**
 * Makes a fleet, or makes it as asked, and waits until it is. With a clientToken or a uid it outlasts a daemon that is
 * restarted meanwhile.
 *
 * @throws MccError what the daemon failed with, after which `fleet.get` tells what is left; ApplicationTimeout; a ConnectionError when the daemon was lost.
 */
export async function applyFleet(
  client: Client,
  parameters: MethodParameters<"fleet.apply">,
  { onLook, timeoutSeconds, patienceMs }: ApplicationOptions = {},
): Promise<Fleet> {
  const endMs =
    timeoutSeconds === undefined
      ? Number.POSITIVE_INFINITY
      : client.time.now() + (timeoutSeconds + graceSeconds) * 1000;
  const repeatable = (parameters.clientToken ?? parameters.uid) !== undefined;
  return await outlastRestarts(client, repeatable, patienceMs, async (answered) => {
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
