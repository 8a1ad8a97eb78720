import type * as pulumi from "@pulumi/pulumi";
import type { InstanceStatus } from "../protocol/types/instance";
import { DynamicResource } from "./dynamic-resource";
import type { HostArgs } from "./host-args";
import { shownScript } from "./shown-script";

/** Contains the arguments of an {@link Instance}. All are optional. */
export interface InstanceArgs extends HostArgs {
  /** The name of the image. A change replaces the instance. Default: `micro`. */
  image?: pulumi.Input<string>;
  /**
   * The name, unique on the daemon: 1 to 63 of `a-z`, `0-9` and `-`, not digits only. Changes in place. Default: the name of
   * the resource and six hexadecimal digits, such as `web-3f9a1c`.
   */
  name?: pulumi.Input<string>;
  /**
   * A free IPv4 address of the daemon's range. A change replaces the instance. If it is removed later, the address stays
   * until something else replaces the instance. Default: a free address.
   */
  ipAddress?: pulumi.Input<string>;
  /**
   * The host name: labels of `a-z`, `0-9` and `-`, joined by dots, at most 253 characters. A change replaces the instance. If
   * it is removed later, it stays until something else replaces the instance. Default: the name at creation.
   */
  hostname?: pulumi.Input<string>;
  /**
   * `"stack"`: only the instances of the same stack that have it too reach this instance, and it only those. A change
   * replaces the instance. Default: all instances of the same account that are not isolated reach it.
   */
  isolate?: pulumi.Input<"stack">;
  /**
   * The id or name of an instance without an owner, or of an OpenVZ container, that the resource takes over when it is
   * created. What the other arguments omit does not change, and `userData` does not run. The instance is destroyed with the
   * resource, unless the option `retainOnDelete` is set. A later change has no effect. Default: a new instance is created.
   */
  adopt?: pulumi.Input<string | number>;
}

/**
 * Manages an instance: a Linux host in a container, with an IPv4 address of its own and an SSH server.
 *
 * Keys, labels, name, type and TTL change in place. A change of image, `userData`, address, host name, member or group replaces
 * the instance. The old one is always destroyed first, because a name or an address belongs to one instance at a time. An
 * argument that is removed returns to its default; address and host name do so at the next replacement.
 */
export class Instance extends DynamicResource {
  /** The number of the instance: 500 or more. A daemon uses each number once. */
  declare readonly instanceId: pulumi.Output<number>;
  /** The name of the instance. */
  declare readonly name: pulumi.Output<string>;
  /** The IPv4 address of the instance. */
  declare readonly ipAddress: pulumi.Output<string>;
  /** The IPv6 address. Undefined if the daemon had no IPv6 range (`--range6`) when it created the instance. */
  declare readonly ipv6Address: pulumi.Output<string | undefined>;
  /** The host name of the instance. */
  declare readonly hostname: pulumi.Output<string>;
  /** The state at the last creation, change or refresh. */
  declare readonly status: pulumi.Output<InstanceStatus>;
  /** The name of the image. */
  declare readonly image: pulumi.Output<string>;
  /** The name of the instance type. */
  declare readonly type: pulumi.Output<string>;
  /** The names of the keys that can log in as root. */
  declare readonly keys: pulumi.Output<string[]>;
  /** The labels of the arguments. */
  declare readonly labels: pulumi.Output<Record<string, string>>;
  /** The public half of its SSH host key, as in a known_hosts file after the host: `ssh-ed25519 AAAA…`. */
  declare readonly sshHostKey: pulumi.Output<string>;
  /** The text of a known_hosts file with the name, the address and the host key of the instance. */
  declare readonly knownHosts: pulumi.Output<string>;
  /** The member of the cluster that it was on at the last creation, change or refresh. Undefined without a cluster. */
  declare readonly placedOn: pulumi.Output<string | undefined>;
  /** True if the instance exists in the daemon's memory only, where no client can log in. */
  declare readonly simulated: pulumi.Output<boolean>;

  /**
   * Declares an instance. Pulumi creates it during `pulumi up`.
   *
   * @param name the name of the resource in the program.
   * @param args the arguments. Default: an instance with the defaults.
   * @param options the options of the Pulumi resource. `deleteBeforeReplace` is always true.
   */
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
        ipv6Address: undefined,
        status: undefined,
        sshHostKey: undefined,
        knownHosts: undefined,
        placedOn: undefined,
        simulated: undefined,
        ...shownScript(args, options),
      },
      options,
    );
  }
}
