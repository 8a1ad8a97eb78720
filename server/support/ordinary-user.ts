import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { hasErrno } from "../../protocol/errno";

/** Root's settings of users who may run the daemon: a folder for each, by name. */
export const usersFolder = "/etc/minicloud/users";

/** What `mccserver --setup-user` recorded about one user. */
export const userSettingsSchema = z.object({
  name: z.string(),
  uid: z.int(),
  gid: z.int(),
  /** The network of the user's instances, in CIDR notation. */
  range: z.string(),
  /** Whether the instances may reach other networks. */
  nat: z.boolean(),
  /** Unique among the users: it decides the addresses of the cable between host and user. */
  index: z.int(),
  /** The first of the host's ids that the user's containers have. */
  firstId: z.int(),
  stateFolder: z.string(),
});
export type UserSettings = z.infer<typeof userSettingsSchema>;

/** Has the user's name in a daemon that runs for an ordinary user, in that user's namespaces. */
export const insideVariable = "MCC_ORDINARY_USER";

/** Returns the settings of all users, without files that cannot be understood. */
export function allUserSettings(folder = usersFolder): UserSettings[] {
  return entriesOf(folder).flatMap((name) => readSettings(folder, name) ?? []);
}

/** Returns the settings of the user who runs this process; undefined for root, and for a user who was not set up. */
export function ownUserSettings(folder = usersFolder): UserSettings | undefined {
  const inside = process.env[insideVariable];
  if (inside !== undefined) {
    return readSettings(folder, inside);
  }
  const uid = process.getuid?.();
  return uid === 0 ? undefined : allUserSettings(folder).find((settings) => settings.uid === uid);
}

/** Returns whether this process is a daemon in the namespaces of an ordinary user. Its user id is 0 there. */
export function isInside(): boolean {
  return process.env[insideVariable] !== undefined;
}

/** Has the host's addresses, separated by commas: the daemon's own interfaces are those of the user's network. */
export const addressesVariable = "MCC_HOST_ADDRESSES";

/**
 * The mark, in the field DSCP, of packets of instances to the port of a user's daemon. In the host's network, root's rules
 * refuse them if they are for the host itself, at any of its addresses, and remove the mark from others. The mark of a
 * packet in the kernel does not pass the cable between the networks.
 */
export const closedPortDscp = 42;

/** Returns the addresses of the host outside of the user's network; undefined in a daemon that is not inside. */
export function hostAddressesOutside(): string[] | undefined {
  return isInside()
    ? (process.env[addressesVariable] ?? "").split(",").filter((each) => each !== "")
    : undefined;
}

function readSettings(folder: string, name: string): UserSettings | undefined {
  try {
    const parsed = userSettingsSchema.safeParse(
      JSON.parse(readFileSync(join(folder, name, "settings.json"), "utf8")),
    );
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || hasErrno(error, "ENOENT", "ENOTDIR", "EACCES")) {
      return undefined;
    }
    throw error;
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR", "EACCES")) {
      return [];
    }
    throw error;
  }
}
