import {
  ApplicationTimeout,
  applyFleet,
  ConnectionError,
  type Fleet,
  type FleetSummary,
  MccError,
} from "../../../client";
import { messageOf } from "../../../protocol/error";
import type { Properties } from "../check-properties";
import { unlessGone } from "../gone";
import { foreignLabel } from "../ownership/owner";
import { claimOf } from "../ownership/ownership";
import { daemon } from "../sdk/connection";
import { hidingParameter, presentable } from "../sdk/hidden-output";
import { PartialFailure } from "../sdk/partial-failure";
import { reportProgress } from "../sdk/progress";
import { applicationOf, type Inputs, stateOf } from "./properties";

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
  const { ownerUrn, timeouts } = inputs;
  if (target === undefined) {
    await refuseForeign(inputs);
  }
  const claim = target === undefined ? await claimOf(inputs) : undefined;
  let known: FleetSummary | undefined;
  const endProgress = reportProgress(ownerUrn, () => progressText(known));
  try {
    return await applyFleet(
      daemon(),
      {
        ...applicationOf(inputs),
        ...claim,
        ...(await hidingParameter(inputs)),
        ...(target && { uid: target.uid, serverId: target.serverId }),
      },
      {
        timeoutSeconds: target === undefined ? timeouts?.create : timeouts?.update,
        onLook: (fleet) => {
          known = fleet;
        },
      },
    );
  } catch (reason) {
    const error = await presentable(reason, inputs);
    // Before its first answer the daemon has changed nothing.
    if (!(error instanceof Error) || known === undefined) {
      throw error;
    }
    throw await afterFailure(known, properties, inputs, error, target === undefined);
  } finally {
    endProgress(known === undefined ? "" : progressText(known));
  }
}

/** What to tell the engine after a failure, which depends on what the daemon has of the fleet. */
async function afterFailure(
  known: FleetSummary,
  properties: Properties,
  inputs: Inputs,
  error: Error,
  isNew: boolean,
): Promise<Error> {
  const undo = isNew && inputs.keepOnFailure !== true && ApplicationTimeout.isInstance(error);
  const { left, failure } = undo ? await undone(known, error) : { left: true, failure: error };
  const fleet = left ? await whatIsLeft(known, failure, isNew) : undefined;
  return fleet === undefined
    ? failure
    : new PartialFailure(
        fleet.name,
        { ...properties, ...inputs, ...(await stateOf(fleet, inputs, daemon())) },
        failure,
      );
}

/** Destroys what was not ready in time. @returns whether any of it may be left, and what to say. */
async function undone({ name, uid }: FleetSummary, error: Error): Promise<{ left: boolean; failure: Error }> {
  try {
    await daemon().call("fleet.destroy", { fleet: name, uid });
    return { left: false, failure: followedBy(error, "It was undone. Allow more with timeouts.create.") };
  } catch (second) {
    return { left: true, failure: followedBy(error, `Undoing it failed: ${messageOf(second)}`) };
  }
}

/**
 * The fleet as it stands. Of a new one Pulumi must hear also when the daemon was lost meanwhile, or does not tell; of
 * another one it has an earlier state, which is better than a guess.
 */
async function whatIsLeft(known: FleetSummary, error: Error, isNew: boolean): Promise<Fleet | undefined> {
  const asFarAsKnown = isNew ? { ...known, members: [] } : undefined;
  if (ConnectionError.isInstance(error)) {
    return asFarAsKnown;
  }
  try {
    return await daemon().call("fleet.get", { fleet: known.name, uid: known.uid });
  } catch (reason) {
    return MccError.hasCode(reason, "not-found") ? undefined : asFarAsKnown;
  }
}

function followedBy(error: Error, sentence: string): MccError {
  return MccError.reword(error, `${error.message} ${sentence}`, "timeout");
}

/** Says whose the fleet of this name is, where its labels tell that it is another resource's. */
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
