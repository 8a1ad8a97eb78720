import * as pulumi from "@pulumi/pulumi";
import { confirmOnceRecorded, type Recorded } from "./confirmation";
import { identityOf } from "./identity";
import { isMocked } from "./mocked";
import { requireOwnPackage } from "./own-package";
import { resourceOwner } from "./resource-owner";
import { shortenStacks, withCallers } from "./short-stacks";

/**
 * The provider of each resource as its state records it: the text of a module, which Pulumi's dynamic-provider plugin
 * evaluates. It contains no logic. It loads the hooks from the installed release, so that an upgrade does not change
 * the state of every stack. A test pins the text.
 */
const shells = {
  Instance: `exports.handler = () => require("minicloud/provider/hooks").instance;`,
  Key: `exports.handler = () => require("minicloud/provider/hooks").key;`,
  Fleet: `exports.handler = () => require("minicloud/provider/hooks").fleet;`,
} as const;

/**
 * A resource of Pulumi's dynamic-provider plugin. For the engine it equals a `pulumi.dynamic.Resource`, which would
 * serialise functions to create its provider. That needs twenty times the text and a second of time.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
  /** The identity of the instance, fleet or key, and of its server. */
  declare protected readonly uid: pulumi.Output<string>;
  declare protected readonly serverId: pulumi.Output<string>;

  /**
   * @param properties the arguments, and every output as `undefined`.
   * @internal
   */
  constructor(
    type: keyof typeof shells,
    name: string,
    properties: pulumi.Inputs,
    options: pulumi.CustomResourceOptions,
  ) {
    requireOwnPackage();
    const identity = identityOf(type, name, options);
    const restoreStacks = shortenStacks();
    try {
      super(
        `pulumi-nodejs:dynamic/minicloud:${type}`,
        name,
        {
          ...properties,
          ...identity,
          ...runOf(),
          uid: undefined,
          serverId: undefined,
          __provider: shells[type],
        },
        // Also for replacements by Pulumi itself, such as those of `--replace`.
        { ...options, deleteBeforeReplace: true },
      );
    } catch (error) {
      restoreStacks();
      throw withCallers(error);
    } finally {
      restoreStacks();
    }
    const recorded: pulumi.Output<Recorded> = pulumi.output({
      id: this.id,
      uid: this.uid,
      serverId: this.serverId,
    });
    const owner = identity.ownerUrn.then((ownerUrn) => resourceOwner({ ...identity, ownerUrn }));
    confirmOnceRecorded(type, recorded, owner);
  }
}

/** Tells `check` about a preview, because the engine does not. Users' unit tests do not see this input. */
function runOf(): pulumi.Inputs {
  return pulumi.runtime.isDryRun() && !isMocked() ? { preview: true } : {};
}
