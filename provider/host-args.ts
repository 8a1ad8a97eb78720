import type * as pulumi from "@pulumi/pulumi";
import type { Rung } from "../protocol/types/readiness";

/**
 * A length of time: `"90s"`, `"45m"`, `"2h"`, `"1h30m"`, `"1d"`, or a whole number of seconds. At least 1 s, at most
 * 3650 days.
 */
export type Duration = string | number;

/**
 * Contains the time limits of the operations on a resource. An operation that exceeds its limit fails with `timeout`.
 */
export interface Timeouts {
  /**
   * The limit until everything in `waitFor` is reached, at most an hour. A host that misses it is removed. Default:
   * `"120s"`.
   */
  create?: pulumi.Input<Duration>;
  /** The limit of a change, at most a day. Default: 15 minutes for each answer of the daemon. */
  update?: pulumi.Input<Duration>;
  /** The limit of the destruction, at most a day. Default: 15 minutes for each answer of the daemon. */
  delete?: pulumi.Input<Duration>;
}

/** Contains the arguments common to {@link Instance} and {@link Fleet}. */
export interface HostArgs {
  /**
   * The name of the instance type, which limits memory, processors and processes. Changes in place. Default: `basic`.
   */
  type?: pulumi.Input<string>;
  /**
   * The names of the keys that can log in as root, such as the `name` of a {@link Key}. At most 64. Changes in place.
   * Default: none.
   */
  keys?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * At most 64 labels. A key has 1 to 63 characters and does not start with `minicloud/`; a value has at most 255. Changes in
   * place. Default: only the labels that MiniCloud sets.
   */
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * A script that root runs once after the first start, and that must exit with 0. The program in its `#!` line runs it, by
   * default `/bin/sh`. At most 256 KiB. It can be a secret. A change replaces the instance, or the members of the fleet.
   * Default: none.
   */
  userData?: pulumi.Input<string>;
  /**
   * The time to live. The daemon destroys the resource when it expires, whether or not a client is connected. Each
   * `pulumi up` and `mcc extend` restarts it. Changes in place. Default: as the quota of the account says, or none.
   */
  ttl?: pulumi.Input<Duration>;
  /**
   * The name of the member of the cluster to create it on: see `mcc list-members`. Not together with `group`. A change
   * replaces the instance, or the members of the fleet. If it is removed later, they stay. Default: the engine spreads them.
   */
  member?: pulumi.Input<string>;
  /**
   * The name of a group of members of the cluster, from which the engine chooses. Not together with `member`. A change replaces
   * as that of `member` does. Default: all members.
   */
  group?: pulumi.Input<string>;
  /**
   * The conditions of readiness in their order: one rung, or 1 to 16. `userData` runs before the first `tcp`, `http` or
   * `command`. A change has no effect on a resource that exists. Default: `ssh`; `running` if the image has no SSH server.
   */
  waitFor?: pulumi.Input<Rung | pulumi.Input<Rung>[]>;
  /**
   * Keeps an instance whose creation failed, for inspection, until the next `up` or `destroy`. Default: false, it is
   * removed.
   */
  keepOnFailure?: pulumi.Input<boolean>;
  /** The time limits of the operations. A change is stored for the next operation. Default: see {@link Timeouts}. */
  timeouts?: pulumi.Input<Timeouts>;
}
