import type { dynamic } from "@pulumi/pulumi";
import type { MethodResult } from "../../../client";
import { longestFleetName } from "../../../protocol/methods/fleet";
import { checkProperties, type Properties, withoutUndefined } from "../check-properties";
import { noteCheck, takeCheck } from "../checked-resources";
import { defaultName } from "../default-name";
import { goneError } from "../gone";
import { isLongSince, renewLease } from "../lease-renewal";
import { identityFor } from "../ownership/client-token";
import { noteDeleted, noteReplaced } from "../ownership/held-tokens";
import { knowsOwners, recordedFleet } from "../ownership/ownership";
import { refusals, replacementFailures } from "../replacement-check";
import { configureConnection, daemon } from "../sdk/connection";
import type { Hooks } from "../sdk/guard";
import { hideOutputOf } from "../sdk/hidden-output";
import { withinTimeout } from "../sdk/time-limit";
import { hasUnreachable, noteUnreachableMembers, placementFailures } from "../unreachable";
import { makeFleet, type Target } from "./apply";
import {
  argsSchemas,
  diffOf,
  type Inputs,
  inputsOf,
  inputsSchema,
  type State,
  stateOf,
  stateSchema,
} from "./properties";

/** The hooks of the resource `Fleet`. */
export const fleetHooks: Hooks = {
  configure: ({ config }) => configureConnection(config),

  check: async (olds, news) => {
    noteCheck(news);
    const identity = await identityFor(olds, news);
    const { inputs, failures } = checkProperties(argsSchemas, news);
    const namePrefix = olds.namePrefix ?? defaultName(identity, longestFleetName);
    const checked = withoutUndefined({ namePrefix, ...inputs, ...identity, ...hideOutputOf(news) });
    const mistakes = [
      ...[...failures, ...addressFailures(inputs), ...placementFailures(inputs)],
      ...(await replacementFailures(olds, inputs)),
    ];
    // A change of the image or the script replaces the members in place.
    const inPlace = checked.namePrefix === olds.namePrefix;
    const inTheWay =
      mistakes.length > 0 || inPlace
        ? []
        : await refusals(olds, news, checked, () => askAbout(inputsSchema.parse(checked)), {
            name: "namePrefix",
          });
    return { inputs: checked, failures: [...mistakes, ...inTheWay] };
  },

  diff: async (_id, olds, news) => {
    const { inPlace, replaces } = diffOf(olds, news);
    const changes = inPlace.length + replaces.length > 0;
    if (replaces.length > 0) {
      noteReplaced({ ...olds, ownerUrn: news.ownerUrn });
    }
    if (takeCheck(news) && !changes) {
      const [state, inputs] = [stateSchema.parse(olds), inputsSchema.parse(news)];
      if (state.ownerUrn !== inputs.ownerUrn) {
        await recordedFleet(targetOf(state), inputs);
      }
      await renew(targetOf(state), inputs);
    }
    return { changes, replaces, deleteBeforeReplace: true };
  },

  create: async (properties) => {
    const inputs = inputsSchema.parse(properties);
    const startMs = Date.now();
    const fleet = await makeFleet(properties, inputs);
    const outs = await stateOf(fleet, inputs, daemon());
    await noteUnreachableMembers(inputs.ownerUrn, fleet);
    if (isLongSince(startMs)) {
      await renew(targetOf(stateSchema.parse(outs)), inputs);
    }
    return { id: fleet.name, outs };
  },

  read: async (id, properties) => {
    const state = stateSchema.parse(properties);
    const fleet = await recordedFleet(targetOf(state), state);
    if (fleet === undefined || (fleet.status === "destroying" && !hasUnreachable(fleet))) {
      return {};
    }
    await noteUnreachableMembers(state.ownerUrn, fleet);
    return { id, props: await stateOf(fleet, state, daemon()), inputs: inputsOf(fleet, state) };
  },

  /** Also replaces members that failed, and finishes a creation that was recorded as a partial failure. */
  update: async (_id, olds, news) => {
    const target = targetOf(stateSchema.parse(olds));
    const inputs = inputsSchema.parse(news);
    // Checked first, because an image or a key can be missing too.
    if ((await recordedFleet(target, inputs)) === undefined) {
      throw goneError(`the fleet "${target.fleet}"`);
    }
    const fleet = await makeFleet(news, inputs, target);
    await noteUnreachableMembers(inputs.ownerUrn, fleet);
    return { outs: await stateOf(fleet, inputs, daemon()) };
  },

  delete: async (_id, properties) => {
    const state = stateSchema.parse(properties);
    noteDeleted(state);
    if (await knowsOwners()) {
      await recordedFleet(targetOf(state), state);
    }
    const destroying = daemon().call("fleet.destroy", targetOf(state));
    const exceeded = `Destroying the fleet "${state.namePrefix}" exceeded timeouts.delete`;
    await withinTimeout(state.timeouts?.delete, exceeded, destroying);
  },
};

async function askAbout(inputs: Inputs): Promise<MethodResult<"fleet.check">> {
  const { namePrefix: name, count, image, type, keys, addresses, clientToken, member, group } = inputs;
  const asked = { name, count, image, type, keys, addresses, clientToken, member, group };
  return await daemon().call("fleet.check", asked);
}

/** Restarts the fleet's ttl, because the engine calls no other hook for a resource without changes. */
async function renew(target: Target, { ttl, ownerUrn }: Inputs): Promise<void> {
  if (ttl !== undefined) {
    await renewLease(ownerUrn, () => daemon().call("fleet.extend", { ...target, ttlSeconds: ttl }));
  }
}

function targetOf({ namePrefix, uid, serverId }: State): Target {
  return { fleet: namePrefix, uid, serverId };
}

/** Compares the number of addresses with the count, if both are known. */
function addressFailures({ addresses, count }: Properties): dynamic.CheckFailure[] {
  return !Array.isArray(addresses) || typeof count !== "number" || addresses.length === count
    ? []
    : [
        {
          property: "addresses",
          reason: `there are ${addresses.length} addresses for ${count} members; give one for each member, or none`,
        },
      ];
}
