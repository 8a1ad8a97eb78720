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

/** Identifies an existing fleet. */
export interface Target {
  readonly fleet: string;
  readonly uid: string;
  readonly serverId: string;
}

/**
 * Creates or changes a fleet, and shows how many of its members are ready.
 *
 * @param properties the inputs from the engine, which a partial failure must return.
 * @param target the fleet to change. Without it, the fleet is created, or the one that an earlier run of the program
 * created with the same client token is continued.
 * @throws PartialFailure if the fleet exists, or can exist, and is not in the desired state.
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
    // Until its first answer, the daemon has changed nothing.
    if (!(error instanceof Error) || known === undefined) {
      throw error;
    }
    throw await afterFailure(known, properties, inputs, error, target === undefined);
  } finally {
    endProgress(known === undefined ? "" : progressText(known));
  }
}

/** Returns the error for the engine, depending on whether the daemon still has the fleet. */
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

/** Destroys a fleet that was not ready in time. @returns whether it can remain, and the error for the engine. */
async function undone({ name, uid }: FleetSummary, error: Error): Promise<{ left: boolean; failure: Error }> {
  try {
    await daemon().call("fleet.destroy", { fleet: name, uid });
    return { left: false, failure: followedBy(error, "The fleet was destroyed; raise timeouts.create.") };
  } catch (second) {
    return {
      left: true,
      failure: followedBy(error, `Destroying the fleet also failed: ${messageOf(second)}`),
    };
  }
}

/**
 * Returns the current state of the fleet, or undefined if it does not exist. If the daemon does not answer, it returns
 * the last known state of a new fleet, which Pulumi must record, and undefined for an older one, which Pulumi has.
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

/** Refuses a name that the fleet of another resource has, according to its labels. */
async function refuseForeign(inputs: Inputs): Promise<void> {
  const { namePrefix: name } = inputs;
  const fleet = await unlessGone(daemon().call("fleet.get", { fleet: name }));
  const foreign = fleet && foreignLabel(fleet.labels, inputs);
  if (foreign !== undefined) {
    throw new MccError(
      "conflict",
      `The fleet "${name}" already exists and belongs to another resource: its label ${foreign.key} is ${JSON.stringify(foreign.found ?? "")}, not "${foreign.wanted}". Set another namePrefix, or destroy that fleet: mcc destroy-fleet ${name}.`,
    );
  }
}

function progressText(fleet: FleetSummary | undefined): string {
  return fleet === undefined
    ? "requesting a fleet"
    : `${fleet.counts.ready} of ${fleet.counts.wanted} ready${fleet.counts.failed === 0 ? "" : `, ${fleet.counts.failed} failed`}`;
}
