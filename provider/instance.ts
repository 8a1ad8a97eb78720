import type * as pulumi from "@pulumi/pulumi";
import type { InstanceStatus } from "../protocol/methods/instance-state";
import { DynamicResource } from "./dynamic-resource";
import type { HostArgs } from "./host-args";
import { shownScript } from "./shown-script";

/** What an {@link Instance} is made of. All may be left out. */
export interface InstanceArgs extends HostArgs {
  /** The image to start from. A change replaces the instance. Default: `micro`. */
  image?: pulumi.Input<string>;
  /**
   * 1 to 63 of `a-z`, `0-9` and `-`; no two instances of a server have the same.
   * Default: the resource's name and six digits, such as `web-3f9a1c`.
   */
  name?: pulumi.Input<string>;
  /**
   * A free IPv4 address of the server's pool. A change replaces the instance. Default: any free one; when it is
   * left out after it was given, the address stays until something else replaces the instance.
   */
  ipAddress?: pulumi.Input<string>;
  /**
   * What the instance calls itself. A change replaces the instance.
   * Default: its name at creation; renaming it later leaves the host name as it is. When it is left out after it
   * was given, it stays until something else replaces the instance.
   */
  hostname?: pulumi.Input<string>;
  /**
   * The id or name of an instance that exists and is nobody's, or of a container of OpenVZ's, which becomes this
   * resource's when that is created. What the other arguments leave out stays as it is there, and `userData` is not
   * run. It is destroyed with the resource, unless the option `retainOnDelete` is set. Not looked at again later.
   */
  adopt?: pulumi.Input<string | number>;
}

/**
 * A container with an address of its own, into which its keys can log in by SSH.
 *
 * Keys, labels, name, type and ttl change in place. A change of image, userData, address or host name replaces it;
 * the old one is always destroyed first, because names and addresses belong to one instance at a time. What is left
 * out after it was given goes back to its default; address and host name only at the next replacement.
 */
export class Instance extends DynamicResource {
  /** From 500; never used twice on a server. */
  declare readonly instanceId: pulumi.Output<number>;
  declare readonly name: pulumi.Output<string>;
  declare readonly ipAddress: pulumi.Output<string>;
  declare readonly hostname: pulumi.Output<string>;
  /** As it was when Pulumi last looked: after creation, a change or a refresh. */
  declare readonly status: pulumi.Output<InstanceStatus>;
  declare readonly image: pulumi.Output<string>;
  declare readonly type: pulumi.Output<string>;
  declare readonly keys: pulumi.Output<string[]>;
  declare readonly labels: pulumi.Output<Record<string, string>>;
  /** The public half of its SSH host key, for a known_hosts file: `ssh-ed25519 AAAA…`. */
  declare readonly sshHostKey: pulumi.Output<string>;
  /** True when the server keeps instances in memory only, where nobody can log in. */
  declare readonly simulated: pulumi.Output<boolean>;

  constructor(name: string, args: InstanceArgs = {}, options: pulumi.CustomResourceOptions = {}) {
    super(
      "Instance",
      name,
      {
        name: undefined,
        ipAddress: undefined,
        hostname: undefined,
        image: undefined,
        type: undefined,
        keys: undefined,
        labels: undefined,
        ...args,
        instanceId: undefined,
        status: undefined,
        sshHostKey: undefined,
        simulated: undefined,
        ...shownScript(args, options),
      },
      options,
    );
  }
}
