import type { ContainerSpec, Remains } from "../../driver";
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

/** Returns the marks of a new instance. */
export function marksOf(spec: ContainerSpec, serverId: string, imageBytes: number): Marks {
  return {
    server: serverId,
    id: String(spec.id),
    uid: spec.uid,
    name: spec.name,
    hostname: spec.hostname,
    image: spec.image,
    address: spec.ipAddress,
    address6: spec.ipv6Address ?? "",
    "image-bytes": String(imageBytes),
    "name-servers": spec.nameservers.join(" "),
  };
}

/** Returns what the marks tell of an instance. */
export function remainsOf(instance: ApiInstance): Remains {
  return {
    uid: markOf(instance, "uid"),
    name: markOf(instance, "name"),
    hostname: markOf(instance, "hostname"),
    image: markOf(instance, "image"),
    ipAddress: markOf(instance, "address"),
    ipv6Address: markOf(instance, "address6"),
    createdAt: timeOf(instance.created_at),
  };
}

function timeOf(text: string): string | undefined {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
