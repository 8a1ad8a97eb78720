import type * as pulumi from "@pulumi/pulumi";
import type { PlainReadiness } from "../protocol/methods/instance-state";

/** A length of time: `"90s"`, `"45m"`, `"2h"`, `"1h30m"`, or a number of seconds. */
export type Duration = string | number;

/** One rung of the ladder that a host climbs before it counts as ready. */
export type Rung =
  /** Its first process runs; its address answers; its SSH server answers. */
  | PlainReadiness
  /** A server takes a connection at this port. */
  | { tcp: number }
  /** A web server answers a GET of the path with the status. Default: port 80, status 200. */
  | { http: string; port?: number; status?: number }
  /** A command, run as root in the host, ends with 0. */
  | { command: string[] };

/** How long MiniCloud may take. What is not done by then fails, and says how far it came. */
export interface Timeouts {
  /** Until all that `waitFor` asks for; what is not ready by then is undone. An hour at most. Default: `"120s"`. */
  create?: pulumi.Input<Duration>;
  /** A day at most. Default: 15 minutes for each answer of the server. */
  update?: pulumi.Input<Duration>;
  /** A day at most. Default: 15 minutes for the answer of the server. */
  delete?: pulumi.Input<Duration>;
}

/** What single instances and members of fleets are made of. */
export interface HostArgs {
  /** The instance type, which limits memory, processors and processes. A change is made in place. Default: `basic`. */
  type?: pulumi.Input<string>;
  /** Names of the keys that may log in as root, such as the `name` of a `Key`. Default: none. */
  keys?: pulumi.Input<pulumi.Input<string>[]>;
  /** Words of your own to find it by. Keys that begin with `minicloud/` are MiniCloud's. Default: none. */
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /**
   * A script that is run once as root after the first start, and that must end with 0; `/bin/sh` runs it unless its
   * first line says otherwise. 256 KiB at most. It may be a secret. Default: none.
   */
  userData?: pulumi.Input<string>;
  /**
   * How long it lives: the server itself destroys it when that is over, counted from the last `pulumi up` or
   * `mcc extend`, whether anyone is there or not. Default: until it is destroyed.
   */
  ttl?: pulumi.Input<Duration>;
  /**
   * When it counts as made: what it must have come to, one after the other. `userData` is run before the first of
   * `tcp`, `http` and `command`. Default: `ssh`; `running` for an image without an SSH server.
   */
  waitFor?: pulumi.Input<Rung | pulumi.Input<Rung>[]>;
  /** Keeps what could not be made, for a look at it, until the next `up` or `destroy`. Default: it is undone. */
  keepOnFailure?: pulumi.Input<boolean>;
  timeouts?: pulumi.Input<Timeouts>;
}
