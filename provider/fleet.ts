import type * as pulumi from "@pulumi/pulumi";
import type { FleetStatus } from "../protocol/types/fleet";
import { DynamicResource } from "./dynamic-resource";
import type { HostArgs } from "./host-args";
import { shownScript } from "./shown-script";

/** Contains the arguments of a {@link Fleet}. */
export interface FleetArgs extends HostArgs {
  /** The number of members: 1 to 10000. Changes in place: the fleet grows and shrinks at the highest numbers. */
  count: pulumi.Input<number>;
  /** The name of the image. A change replaces the members. Default: `micro`. */
  image?: pulumi.Input<string>;
  /**
   * The name of the fleet, unique on the daemon: 1 to 57 of `a-z`, `0-9` and `-`. The members are `<namePrefix>-1`,
   * `<namePrefix>-2` and so on. A change replaces the fleet. If it is removed later, the fleet keeps it. Default: the name of
   * the resource and six hexadecimal digits, such as `web-3f9a1c`.
   */
  namePrefix?: pulumi.Input<string>;
  /**
   * A free IPv4 address of the daemon's range for each member, in the order of their numbers. A change replaces the members
   * whose address differs. Default: free addresses.
   */
  addresses?: pulumi.Input<pulumi.Input<string>[]>;
  /** How many members can be missing at a time while they are replaced: 1 or more. Default: all. */
  maxUnavailable?: pulumi.Input<number>;
  /**
   * `"fleet"`: only the members reach each other. `"stack"`: as for an {@link Instance}. A change replaces the members.
   * Default: all instances of the same account that are not isolated reach them.
   */
  isolate?: pulumi.Input<"stack" | "fleet">;
}

/** Describes a member of a {@link Fleet}. */
export interface FleetHost {
  /** The number of the instance: 500 or more. A daemon uses each number once. */
  instanceId: number;
  /** The name of the instance. */
  name: string;
  /** The IPv4 address of the instance. */
  ipAddress: string;
  /** The IPv6 address of the instance. Absent if the daemon had no IPv6 range when it created the instance. */
  ipv6Address?: string;
  /** The host name of the instance. */
  hostname: string;
  /** The public half of its SSH host key, as in a known_hosts file after the host: `ssh-ed25519 AAAA…`. */
  sshHostKey: string;
  /** The member of the cluster that the instance is on. Absent without a cluster. */
  member?: string;
}

/**
 * Manages a group of identical hosts as one resource. All members are created, or none.
 *
 * Count, keys, labels, type and TTL change in place. A change of image, `userData`, member or group replaces the members, which keep number,
 * name and address. `pulumi refresh` detects members that died, and the next `up` replaces only those.
 */
export class Fleet extends DynamicResource {
  /** The number of members that the fleet should have. */
  declare readonly count: pulumi.Output<number>;
  /** The name of the fleet. The members are `<namePrefix>-1`, `<namePrefix>-2` and so on. */
  declare readonly namePrefix: pulumi.Output<string>;
  /** The name of the image. */
  declare readonly image: pulumi.Output<string>;
  /** The name of the instance type. */
  declare readonly type: pulumi.Output<string>;
  /** The names of the keys that can log in as root. */
  declare readonly keys: pulumi.Output<string[]>;
  /** The labels of the arguments. */
  declare readonly labels: pulumi.Output<Record<string, string>>;
  /** The members that exist, in the order of their numbers. */
  declare readonly instances: pulumi.Output<FleetHost[]>;
  /** The IPv4 addresses of the members, in the order of their numbers. */
  declare readonly ipAddresses: pulumi.Output<string[]>;
  /**
   * The text of a configuration file for `ssh -F`, which finds a member by its name. With OpenSSH 8.5 or later, it needs no
   * known_hosts file.
   */
  declare readonly sshConfig: pulumi.Output<string>;
  /** An Ansible inventory in YAML. With OpenSSH 8.5 or later, it needs no known_hosts file. */
  declare readonly inventory: pulumi.Output<string>;
  /** The text of a known_hosts file, for earlier versions of OpenSSH and for other SSH clients. */
  declare readonly knownHosts: pulumi.Output<string>;
  /** The state at the last `up` or refresh: `ready`, or `degraded` if members differ from the desired state. */
  declare readonly status: pulumi.Output<FleetStatus>;
  /** The number of members that differed from the desired state at the last `up` or refresh. */
  declare readonly unhealthy: pulumi.Output<number>;
  /** True if the hosts exist in the daemon's memory only, where no client can log in. */
  declare readonly simulated: pulumi.Output<boolean>;

  /**
   * Declares a fleet. Pulumi creates it during `pulumi up`.
   *
   * @param name the name of the resource in the program.
   * @param args the arguments.
   * @param options the options of the Pulumi resource. `deleteBeforeReplace` is always true.
   */
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
        knownHosts: undefined,
        status: undefined,
        unhealthy: undefined,
        simulated: undefined,
        ...shownScript(args, options),
      },
      options,
    );
  }
}
