import type { ContainerSpec } from "../../driver";
import type { ApiInstance } from "../api/types";

/**
 * What an instance's configuration says about it, under `user.minicloud.`. It is written by the create itself, so that an
 * instance that was created only in part is found.
 */
export interface Marks {
  readonly server: string;
  readonly id: string;
  readonly uid: string;
  readonly name: string;
  readonly hostname: string;
  readonly image: string;
  readonly address: string;
  readonly address6: string;
  /** What the image needs of the disk, in bytes. */
  readonly "image-bytes": string;
  /** The text that the daemon last wrote into /etc/resolv.conf. */
  readonly "name-servers": string;
}

type MarkName = keyof Marks;

const prefix = "user.minicloud.";

/** Returns the settings of an instance that have these marks. */
export function markSettings(marks: Partial<Marks>): Record<string, string> {
  return Object.fromEntries(Object.entries(marks).map(([name, value]) => [`${prefix}${name}`, value]));
}

/** @returns undefined for a mark that is missing or empty. */
export function markOf({ config }: Pick<ApiInstance, "config">, name: MarkName): string | undefined {
  return config[`${prefix}${name}`] || undefined;
}

/**
 * Returns the marks of a new instance. One that nobody owns has no names, so that a claim need not change them: in a
 * project with restrictions, the engine checks all instances at each change of one.
 */
export function marksOf(spec: ContainerSpec, serverId: string, imageBytes: number): Marks {
  const isOwned = spec.unclaimed !== true;
  return {
    server: serverId,
    id: String(spec.id),
    uid: spec.uid,
    name: isOwned ? spec.name : "",
    hostname: isOwned ? spec.hostname : "",
    image: spec.image,
    address: spec.ipAddress,
    address6: spec.ipv6Address ?? "",
    "image-bytes": String(imageBytes),
    "name-servers": spec.nameservers.join(" "),
  };
}
