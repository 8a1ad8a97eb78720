import * as pulumi from "@pulumi/pulumi";
import { confirmOnceRecorded, type Recorded } from "./confirmation";
import { identityOf } from "./identity";
import { isMocked } from "./mocked";
import { resourceOwner } from "./resource-owner";

/**
 * What stands for a resource's provider in its state: the text of a module that gives it, by which Pulumi's
 * dynamic-provider plugin finds it again. It holds no logic; that is loaded where it runs, from the release that
 * is installed there, so that no upgrade changes the state of every stack. A test pins the text.
 */
const shells = {
  Instance: `exports.handler = () => require("minicloud/provider/hooks").instance;`,
  Key: `exports.handler = () => require("minicloud/provider/hooks").key;`,
  Fleet: `exports.handler = () => require("minicloud/provider/hooks").fleet;`,
} as const;

/**
 * A resource of Pulumi's dynamic-provider plugin. It is to the engine what a `pulumi.dynamic.Resource` is; that
 * one would make its shell by serialising functions, which takes twenty times the text and a second of time.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
  /** Which life of the resource this is, and which server has it. */
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
    const identity = identityOf(type, name, options);
    super(
      `pulumi-nodejs:dynamic/minicloud:${type}`,
      name,
      {
        ...properties,
        ...identity,
        ...runOf(),
        ...{ uid: undefined, serverId: undefined, __provider: shells[type] },
      },
      // Also for replacements that Pulumi decides upon by itself, such as those of `--replace`.
      { ...options, deleteBeforeReplace: true },
    );
    const recorded: pulumi.Output<Recorded> = pulumi.output({
      id: this.id,
      uid: this.uid,
      serverId: this.serverId,
    });
    const owner = identity.ownerUrn.then((ownerUrn) => resourceOwner({ ...identity, ownerUrn }));
    confirmOnceRecorded(type, recorded, owner);
  }
}

/** What only `check` gets: the engine does not tell hooks whether it previews. Users' unit tests do not see it. */
function runOf(): pulumi.Inputs {
  return pulumi.runtime.isDryRun() && !isMocked() ? { preview: true } : {};
}
