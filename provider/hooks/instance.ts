import { waitUntilReady } from "../../client";
import { checkProperties, withoutUndefined } from "./check-properties";
import { configureConnection, daemon } from "./connection";
import { defaultName } from "./default-name";
import { goneError, unlessGone } from "./gone";
import type { Hooks } from "./guard";
import { identityOf } from "./identity-schema";
import { changeInstance, type Target } from "./instance-change";
import { makeInstance } from "./instance-creation";
import {
  argsSchemas,
  changesOf,
  inputsOf,
  inputsSchema,
  type State,
  stateOf,
  stateSchema,
} from "./instance-properties";

/** What becomes of an `Instance` of a program. */
export const instanceHooks: Hooks = {
  configure: ({ config }) => configureConnection(config),

  check: (olds, news) => {
    const identity = identityOf(olds, news);
    const { inputs, failures } = checkProperties(argsSchemas, news);
    const name = defaultName(identity);
    // The daemon's choice, where the program has none. A replacement comes without olds.
    const { ipAddress, hostname } = olds;
    return { inputs: withoutUndefined({ name, ipAddress, hostname, ...inputs, ...identity }), failures };
  },

  diff: (_id, olds, news) => {
    const { inPlace, replaces } = changesOf(olds, news);
    return { changes: inPlace.length + replaces.length > 0, replaces, deleteBeforeReplace: true };
  },

  create: async (properties) => {
    const inputs = inputsSchema.parse(properties);
    const { serverId } = await daemon().info();
    // The SDK needs all of the properties back should the creation stop half-way.
    const instance = await makeInstance({ ...properties, ...inputs }, serverId);
    return { id: String(instance.id), outs: stateOf(instance, { ...inputs, serverId }) };
  },

  read: async (id, properties) => {
    const state = stateSchema.parse(properties);
    const instance = await unlessGone(daemon().call("instance.get", targetOf(state)));
    return instance === undefined || instance.status === "destroying"
      ? {}
      : { id, props: stateOf(instance, state), inputs: inputsOf(instance, state) };
  },

  /** Also what finishes a creation that was recorded as half-done. */
  update: async (_id, olds, news) => {
    const state = stateSchema.parse(olds);
    const inputs = inputsSchema.parse(news);
    const target = targetOf(state);
    if ((await unlessGone(waitUntilReady(daemon(), target))) === undefined) {
      throw goneError(`Instance ${state.instanceId} ("${state.name}")`);
    }
    const instance = await changeInstance(target, inputs);
    return { outs: stateOf(instance, { ...inputs, serverId: state.serverId }) };
  },

  delete: async (_id, properties) => {
    await daemon().call("instance.destroy", targetOf(stateSchema.parse(properties)));
  },
};

function targetOf({ instanceId, uid, serverId }: State): Target {
  return { instance: instanceId, uid, serverId };
}
