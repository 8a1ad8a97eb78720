import type * as pulumi from "@pulumi/pulumi";
import type { InstanceStatus, PlainReadiness } from "../protocol/instance-state";
import { DynamicResource } from "./dynamic-resource";

/** What an {@link Instance} is made of. All may be left out. */
export interface InstanceArgs {
  /** The image to start from. A change replaces the instance. Default: `micro`. */
  image?: pulumi.Input<string>;
  /** The instance type, which limits memory, processors and processes. Default: `basic`. */
  type?: pulumi.Input<string>;
  /** Names of the keys that may log in as root, such as the `name` of a `Key`. Default: none. */
  keys?: pulumi.Input<pulumi.Input<string>[]>;
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
  /** Words of your own to find it by. Keys that begin with `minicloud/` are MiniCloud's. Default: none. */
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * When it counts as made: `ssh`, when its SSH server answers, or `running`, when its first process runs.
   * It has 120 seconds for that, or is undone. Default: `ssh`.
   */
  waitFor?: pulumi.Input<PlainReadiness>;
}

/**
 * A container with an address of its own, into which its keys can log in by SSH.
 *
 * Keys, labels, name and type change in place. A change of image, address or host name replaces it; the old
 * one is always destroyed first, because names and addresses belong to one instance at a time. What is left
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
        ...{ name: undefined, ipAddress: undefined, hostname: undefined, image: undefined, type: undefined },
        ...{ keys: undefined, labels: undefined },
        ...args,
        ...{ instanceId: undefined, status: undefined, sshHostKey: undefined, simulated: undefined },
      },
      options,
    );
  }
}
