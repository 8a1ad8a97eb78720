import { timeSchema } from "../../../protocol/methods/name";
import { asciiLine } from "../../support/files/kept-file";

const longestName = 150;
const pattern = /^(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d\.\d{3}Z)-(.+)$/;
const reasonEnding = ".reason";

/** When a damaged file was found, and its path in the state folder. */
export interface NamedDamage {
  readonly file: string;
  /** ISO 8601, in UTC. */
  readonly time: string;
}

/** The name of a damaged file in its folder: the time without colons, which other systems cannot have, and the path. */
export function damagedName(now: number, file: string): string {
  const flat = asciiLine(file).replaceAll("/", "+").slice(0, longestName);
  return `${new Date(now).toISOString().replaceAll(":", "")}-${flat}`;
}

/** Undefined for a name that `damagedName` did not give. A path that was too long is cut off. */
export function parseDamagedName(name: string): NamedDamage | undefined {
  const [, hour = "", minute = "", second = "", flat = ""] = pattern.exec(name) ?? [];
  const time = `${hour}:${minute}:${second}`;
  // Somebody else can have put a file there. A time that is none would be no answer of server.info's.
  return name.endsWith(reasonEnding) || !timeSchema.safeParse(time).success
    ? undefined
    : { file: asciiLine(flat.replaceAll("+", "/")), time };
}

/** Where the reason is. */
export function reasonFile(path: string): string {
  return `${path}${reasonEnding}`;
}
