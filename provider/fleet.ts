import type * as pulumi from "@pulumi/pulumi";
import type { FleetStatus } from "../protocol/methods/fleet-state";
import { DynamicResource } from "./dynamic-resource";
import type { HostArgs } from "./host-args";
import { shownScript } from "./shown-script";

/** What a {@link Fleet} is made of. */
export interface FleetArgs extends HostArgs {
  /** How many members it has: 1 to 10,000. It grows and shrinks in place, by its highest indices. */
  count: pulumi.Input<number>;
  /** The image that members start from. A change replaces the members. Default: `micro`. */
  image?: pulumi.Input<string>;
  /**
   * The fleet's own name; the members are called `<namePrefix>-1`, `<namePrefix>-2` and so on. 1 to 57 of `a-z`,
   * `0-9` and `-`. A change replaces the fleet. Default: the resource's name and six digits, such as `web-3f9a1c`.
   */
  namePrefix?: pulumi.Input<string>;
  /** A free IPv4 address of the server's pool for each member, in the order of their indices. Default: free ones. */
  addresses?: pulumi.Input<pulumi.Input<string>[]>;
  /** How many members at a time may be gone while others replace them. Default: all. */
  maxUnavailable?: pulumi.Input<number>;
}

/** A member of a {@link Fleet}. */
export interface FleetHost {
  /** From 500; never used twice on a server. */
  instanceId: number;
  name: string;
  ipAddress: string;
  hostname: string;
  /** The public half of its SSH host key: `ssh-ed25519 AAAA…`. */
  sshHostKey: string;
}

/**
 * Like instances as one resource: made all together or not at all, as many at once as the server's engine bears.
 *
 * Keys, labels, type and ttl change in place on every member; a change of image or userData replaces the members,
 * which keep index, name and address. A member that died behind Pulumi's back is seen by `pulumi refresh`, and the
 * next `up` replaces just that one.
 */
export class Fleet extends DynamicResource {
  declare readonly count: pulumi.Output<number>;
  declare readonly namePrefix: pulumi.Output<string>;
  declare readonly image: pulumi.Output<string>;
  declare readonly type: pulumi.Output<string>;
  declare readonly keys: pulumi.Output<string[]>;
  declare readonly labels: pulumi.Output<Record<string, string>>;
  /** The members that there are, in the order of their indices. */
  declare readonly instances: pulumi.Output<FleetHost[]>;
  declare readonly ipAddresses: pulumi.Output<string[]>;
  /** A text for `ssh -F`, after which a member's name is enough; it needs no known_hosts file. */
  declare readonly sshConfig: pulumi.Output<string>;
  /** An inventory of Ansible's, in YAML; it needs no known_hosts file. */
  declare readonly inventory: pulumi.Output<string>;
  /** As it was when Pulumi last looked: `ready`, or `degraded` when members are not as they are to be. */
  declare readonly status: pulumi.Output<FleetStatus>;
  /** How many members were not as they are to be when Pulumi last looked. */
  declare readonly unhealthy: pulumi.Output<number>;
  /** True when the server keeps instances in memory only, where nobody can log in. */
  declare readonly simulated: pulumi.Output<boolean>;

  constructor(name: string, args: FleetArgs, options: pulumi.CustomResourceOptions = {}) {
    super(
      "Fleet",
      name,
      {
        namePrefix: undefined,
        image: undefined,
        type: undefined,
        keys: undefined,
        labels: undefined,
        ...args,
        instances: undefined,
        ipAddresses: undefined,
        sshConfig: undefined,
        inventory: undefined,
        status: undefined,
        unhealthy: undefined,
        simulated: undefined,
        ...shownScript(args, options),
      },
      options,
    );
  }
}
