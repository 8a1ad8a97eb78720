import { applyFleet, ConnectionError, type Fleet, type FleetSummary, MccError } from "../../client";
import type { Properties } from "./check-properties";
import { daemon } from "./connection";
import { applicationOf, type Inputs, stateOf } from "./fleet-properties";
import { unlessGone } from "./gone";
import { foreignLabel } from "./owner";
import { PartialFailure } from "./partial-failure";
import { reportProgress } from "./progress";

/** Of a fleet that was made earlier. */
export interface Target {
  readonly fleet: string;
  readonly uid: string;
  readonly serverId: string;
}

/**
 * Makes the fleet as its resource asks, and shows how many of its members are ready.
 *
 * @param properties the inputs as the engine gave them, which it wants back with a partial failure.
 * @param target of the fleet to change; without it a new one is made, or one taken up that an earlier run of the
 * program made by the same token.
 * @throws PartialFailure when the fleet exists, or may, and is not as asked.
 */
export async function makeFleet(properties: Properties, inputs: Inputs, target?: Target): Promise<Fleet> {
  const { ownerUrn, timeouts, namePrefix } = inputs;
  if (target === undefined) {
    await refuseForeign(inputs);
  }
  let known: FleetSummary | undefined;
  const endProgress = reportProgress(ownerUrn, () => progressText(known));
  try {
    return await applyFleet(
      daemon(),
      { ...applicationOf(inputs), ...(target && { uid: target.uid, serverId: target.serverId }) },
      {
        timeoutSeconds: target === undefined ? timeouts?.create : timeouts?.update,
        onLook: (fleet) => {
          known = fleet;
        },
      },
    );
  } catch (error) {
    // Before its first answer the daemon has changed nothing.
    if (!(error instanceof Error) || known === undefined) {
      throw error;
    }
    const { uid } = known;
    throw await whatIsLeft({ fleet: namePrefix, uid }, properties, inputs, error, target === undefined);
  } finally {
    endProgress(known === undefined ? "" : progressText(known));
  }
}

/** What to tell the engine after a failure, which depends on what the daemon has of the fleet. */
async function whatIsLeft(
  target: Pick<Target, "fleet" | "uid">,
  properties: Properties,
  inputs: Inputs,
  error: Error,
  isNew: boolean,
): Promise<Error> {
  if (ConnectionError.isInstance(error)) {
    return error;
  }
  const undo = isNew && inputs.keepOnFailure !== true && MccError.hasCode(error, "timeout");
  if (undo) {
    await daemon().call("fleet.destroy", target);
    return new MccError("timeout", `${error.message} It was undone. Allow more with timeouts.create.`, {
      cause: error,
    });
  }
  const fleet = await unlessGone(daemon().call("fleet.get", target));
  return fleet === undefined
    ? error
    : new PartialFailure(
        fleet.name,
        { ...properties, ...inputs, ...(await stateOf(fleet, inputs, daemon())) },
        error,
      );
}

/** A resource that was renamed keeps its fleet, and the next of its old name would come by the same. */
async function refuseForeign(inputs: Inputs): Promise<void> {
  const { namePrefix: name } = inputs;
  const fleet = await unlessGone(daemon().call("fleet.get", { fleet: name }));
  const foreign = fleet && foreignLabel(fleet.labels, inputs);
  if (foreign !== undefined) {
    throw new MccError(
      "conflict",
      `There is a fleet "${name}" already, and it is another's: its label ${foreign.key} is ${JSON.stringify(foreign.found ?? "")} and not "${foreign.wanted}". Give this one another namePrefix, or destroy that one: mcc destroy-fleet ${name}.`,
    );
  }
}

function progressText(fleet: FleetSummary | undefined): string {
  return fleet === undefined
    ? "asking for a fleet"
    : `${fleet.counts.ready} of ${fleet.counts.wanted} ready${fleet.counts.failed === 0 ? "" : `, ${fleet.counts.failed} failed`}`;
}
