import { timeSchema } from "../../../protocol/methods/values/name";
import { asciiLine } from "../../support/files/kept-file";

const longestName = 150;
const pattern = /^(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d\.\d{3}Z)-(.+)$/;
const reasonEnding = ".reason";

/** The time at which a damaged file was found, and its path in the state folder. */
export interface NamedDamage {
  readonly file: string;
  /** ISO 8601, in UTC. */
  readonly time: string;
}

/** Returns the name of a damaged file in its folder: the time without colons, which other systems do not allow, and the path. */
export function damagedName(now: number, file: string): string {
  const flat = asciiLine(file).replaceAll("/", "+").slice(0, longestName);
  return `${new Date(now).toISOString().replaceAll(":", "")}-${flat}`;
}

/** Returns undefined for a name that `damagedName` did not return. A path that was too long is cut off. */
export function parseDamagedName(name: string): NamedDamage | undefined {
  const [, hour = "", minute = "", second = "", flat = ""] = pattern.exec(name) ?? [];
  const time = `${hour}:${minute}:${second}`;
  // A user may have put a file there. An invalid time would be no valid result of server.info.
  return name.endsWith(reasonEnding) || !timeSchema.safeParse(time).success
    ? undefined
    : { file: asciiLine(flat.replaceAll("+", "/")), time };
}

/** Returns the name of the file with the reason. */
export function reasonFile(path: string): string {
  return `${path}${reasonEnding}`;
}
