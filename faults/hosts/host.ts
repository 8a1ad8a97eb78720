import type { Client } from "../../client";

/** The drivers whose daemons are tried. */
export const driverNames = ["simulated", "openvz", "lxc", "incus"] as const;
export type DriverName = (typeof driverNames)[number];

/** A container of another owner that a daemon can take over. */
export interface Foreign {
  /** Creates and starts it. */
  create(): Promise<void>;
  /** Returns whether it has the mark of a daemon. */
  isTaken(): boolean;
  /** Destroys it. A missing one is a success. */
  destroy(): Promise<void>;
}

/** The place of a daemon: a folder, and an engine. */
export interface Host {
  readonly driver: DriverName;
  /** The daemon's folder, in which containers can be entered. */
  readonly folder: string;
  /** The environment of the daemon. */
  readonly environment: Readonly<Record<string, string>>;
  /** More options of the daemon. Default: none. */
  readonly words?: readonly string[];
  /** The image of instances. */
  readonly image: string;
  /** An archive of another image. */
  readonly archive: string;
  /** Whether containers continue when the daemon has ended. */
  readonly containersOutliveDaemon: boolean;
  /** Absent if the driver takes nothing over. */
  readonly foreign?: Foreign;
  /** Gives a new daemon its image. */
  equip(client: Client): Promise<void>;
  /** Returns the ids of the daemon's containers, as the engine has them. Undefined if the engine is the daemon's memory. */
  containers(): Promise<number[]> | undefined;
  /** Returns the limits of a container in the form of the engine. Undefined if the engine is the daemon's memory. */
  limits(id: number): Promise<string> | undefined;
  /** Returns everything that exists on this host for the daemon outside of its folder, except for its own process. */
  traces(daemon: number): Promise<string[]>;
}
