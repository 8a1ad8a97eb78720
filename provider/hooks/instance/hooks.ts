import { type Instance, MccError, type MethodResult, waitUntilReady } from "../../../client";
import { checkProperties, type Properties, withoutUndefined } from "../check-properties";
import { noteCheck, takeCheck } from "../checked-resources";
import { defaultName } from "../default-name";
import { goneError, unlessGone } from "../gone";
import { isLongSince, renewLease } from "../lease-renewal";
import { identityFor } from "../ownership/client-token";
import { noteDeleted, noteReplaced } from "../ownership/held-tokens";
import { knowsOwners, recordedInstance } from "../ownership/ownership";
import { adoptionFailures, refusals, replacementFailures } from "../replacement-check";
import { configureConnection, daemon } from "../sdk/connection";
import type { Hooks } from "../sdk/guard";
import { hideOutputOf, presentable } from "../sdk/hidden-output";
import { withinTimeout } from "../sdk/time-limit";
import { noteUnreachable, placementFailures } from "../unreachable";
import { changeInstance, type Target } from "./change";
import { makeInstance } from "./create";
import {
  adoptedArgsSchemas,
  argsSchemas,
  diffOf,
  type Inputs,
  inputsOf,
  inputsSchema,
  type State,
  stateNow,
  stateOf,
  stateSchema,
} from "./properties";

/** The hooks of the resource `Instance`. */
export const instanceHooks: Hooks = {
  configure: ({ config }) => configureConnection(config),

  check: async (olds, news) => {
    noteCheck(news);
    const identity = await identityFor(olds, news);
    // An adopted instance stays adopted, so that omitted arguments do not change when the program removes adopt.
    const adopt = news.adopt ?? olds.adopt ?? undefined;
    const schemas = adopt === undefined ? argsSchemas : adoptedArgsSchemas;
    const { inputs, failures } = checkProperties(schemas, { ...news, adopt });
    const name = adopt === undefined ? defaultName(identity) : olds.name;
    // The daemon's choice, if the program has none. A replacement has no olds.
    const { ipAddress, hostname } = olds;
    const checked = withoutUndefined({
      name,
      ipAddress,
      hostname,
      ...inputs,
      ...identity,
      ...hideOutputOf(news),
    });
    const replaces = olds.adopt === undefined ? [] : diffOf(olds, checked).replaces;
    const refused = [...adoptionFailures(olds.adopt, replaces, checked), ...placementFailures(checked)];
    const mistakes = [...failures, ...refused, ...(await replacementFailures(olds, checked))];
    const inTheWay =
      mistakes.length > 0 || adopt !== undefined
        ? []
        : await refusals(olds, news, checked, () => askAbout(inputsSchema.parse(checked)));
    return { inputs: checked, failures: [...mistakes, ...inTheWay] };
  },

  diff: async (_id, olds, news) => {
    const { inPlace, replaces } = diffOf(await withStatusNow(olds), news);
    const changes = inPlace.length + replaces.length > 0;
    if (replaces.length > 0) {
      noteReplaced({ ...olds, ownerUrn: news.ownerUrn });
    }
    if (takeCheck(news) && !changes) {
      const [state, inputs] = [stateSchema.parse(olds), inputsSchema.parse(news)];
      if (state.ownerUrn !== inputs.ownerUrn) {
        await recordedInstance(targetOf(state), inputs);
      }
      await renew(state, inputs);
    }
    return { changes, replaces, deleteBeforeReplace: true };
  },

  create: async (properties) => {
    const inputs = inputsSchema.parse(properties);
    const startMs = Date.now();
    const { serverId } = await daemon().info();
    // After a partial failure, the SDK needs all properties.
    const instance = await makeInstance({ ...properties, ...inputs }, serverId);
    const outs = stateOf(instance, inputs, serverId);
    if (isLongSince(startMs)) {
      await renew(stateSchema.parse(outs), inputs);
    }
    return { id: String(instance.id), outs };
  },

  read: async (id, properties) => {
    const state = stateSchema.parse(properties);
    const instance = await recordedInstance(targetOf(state), state);
    if (instance === undefined || instance.status === "destroying") {
      return {};
    }
    await noteUnreachable(state.ownerUrn, instance);
    return { id, props: stateNow(instance, state, state.serverId), inputs: inputsOf(instance, state) };
  },

  /** Also finishes a creation that was recorded as a partial failure. */
  update: async (_id, olds, news) => {
    const state = stateSchema.parse(olds);
    const inputs = inputsSchema.parse(news);
    const instance = await withinTimeout(
      inputs.timeouts?.update,
      `Changing ${titleOf(state)} exceeded timeouts.update`,
      change(state, inputs).catch(async (error: unknown) => {
        throw await presentable(error, inputs);
      }),
    );
    return { outs: stateOf(instance, inputs, state.serverId) };
  },

  delete: async (_id, properties) => {
    const state = stateSchema.parse(properties);
    noteDeleted(state);
    if (await knowsOwners()) {
      await recordedInstance(targetOf(state), state);
    }
    const destroying = daemon().call("instance.destroy", targetOf(state));
    const exceeded = `Destroying ${titleOf(state)} exceeded timeouts.delete`;
    await withinTimeout(state.timeouts?.delete, exceeded, destroying);
  },
};

async function askAbout({
  image,
  type,
  keys,
  name,
  ipAddress,
  hostname,
  clientToken,
  member,
  group,
}: Inputs): Promise<MethodResult<"instance.check">> {
  const asked = { image, type, keys, name, ipAddress, hostname, clientToken, member, group };
  return await daemon().call("instance.check", asked);
}

/**
 * Returns the state with the present status of an instance that was unreachable at the last refresh: `failed` if it is gone. If
 * it still is unreachable, or the daemon does not answer, the state stays, and nothing is done about the instance.
 */
async function withStatusNow(olds: Properties): Promise<Properties> {
  if (olds.status !== "unreachable") {
    return olds;
  }
  const state = stateSchema.parse(olds);
  try {
    const instance = await unlessGone(daemon().call("instance.get", targetOf(state)));
    if (instance !== undefined) {
      await noteUnreachable(state.ownerUrn, instance);
    }
    return { ...olds, status: instance?.status ?? "failed", wasUnreachable: instance?.status === "running" };
  } catch (error) {
    if (MccError.isInstance(error)) {
      return olds;
    }
    throw error;
  }
}

/** Restarts the instance's ttl, because the engine calls no other hook for a resource without changes. */
async function renew(state: State, { ttl, ownerUrn }: Inputs): Promise<void> {
  if (ttl !== undefined) {
    const target = targetOf(state);
    await renewLease(ownerUrn, () => daemon().call("instance.extend", { ...target, ttlSeconds: ttl }));
  }
}

async function change(state: State, inputs: Inputs): Promise<Instance> {
  const target = targetOf(state);
  const isGone = (await knowsOwners()) && (await recordedInstance(target, inputs)) === undefined;
  const before = isGone ? undefined : await unlessGone(waitUntilReady(daemon(), target));
  if (before === undefined) {
    throw goneError(titleOf(state));
  }
  return await changeInstance(target, inputs, before);
}

function targetOf({ instanceId, uid, serverId }: State): Target {
  return { instance: instanceId, uid, serverId };
}

function titleOf({ instanceId, name }: State): string {
  return `instance ${instanceId} (${name})`;
}
