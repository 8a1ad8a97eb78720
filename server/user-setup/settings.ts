import { execa } from "execa";
import { MccError } from "../../protocol/error";
import { allUserSettings, type UserSettings } from "../support/ordinary-user";
import { overlaps } from "./host-networks";
import { nextFreeIds } from "./subordinate-ids";

/** What the operator asks for. */
export interface SetupRequest {
  readonly name: string;
  /** A network in CIDR notation. Default: the earlier one, or else a free one. */
  readonly network: string | undefined;
  readonly nat: boolean;
}

/** The networks between the host and its users: one /30 for each. */
const cables = { base: "198.19.254.0", size: 64 } as const;
/** The default networks of users' instances: one /22 for each, apart from the default of root's daemon. */
const networks = { firstThirdByte: 64, secondByte: 18, size: 48 } as const;

/**
 * Returns the settings for a user: those of an earlier setup, with the changes of the request, or new ones.
 *
 * @throws MccError `not-found` for a user that the host does not have, `invalid` for one that cannot be set up, `conflict`
 * for a network of another user, `exhausted` without a free number.
 */
export async function settingsFor(request: SetupRequest): Promise<UserSettings> {
  const { name, nat } = request;
  const { uid, gid } = await findUser(name);
  const all = allUserSettings();
  const earlier = all.find((settings) => settings.name === name);
  const others = all.filter((settings) => settings.name !== name);
  const index = earlier?.index ?? freeIndex(others);
  const range = request.network ?? earlier?.range ?? defaultRange(index);
  refuseOverlap(range, others);
  return {
    name,
    uid,
    gid,
    range,
    nat,
    index,
    firstId: earlier?.firstId ?? (await nextFreeIds()),
    stateFolder: `/var/lib/minicloud-users/${name}/state`,
  };
}

/** Returns the addresses of the host and of the user at the ends of their cable. */
export function cableOf({ index }: Pick<UserSettings, "index">): { host: string; user: string } {
  const base = cables.base.replace(/\d+$/, "");
  return { host: `${base}${index * 4 + 1}`, user: `${base}${index * 4 + 2}` };
}

/** The host's end of a user's cable: at most 15 characters. */
export function linkOf({ uid }: Pick<UserSettings, "uid">): string {
  return `mcu${uid}`;
}

/** The table of the host's firewall for a user. */
export function tableOf({ uid }: Pick<UserSettings, "uid">): string {
  return `minicloud-user-${uid}`;
}

/** Names become parts of paths and of the sudoers file. */
const plainName = /^[a-z_][a-z0-9_-]{0,31}$/;

/** Returns the ids of a user. @throws MccError `invalid` or `not-found`. */
export async function findUser(name: string): Promise<{ readonly uid: number; readonly gid: number }> {
  if (!plainName.test(name)) {
    throw new MccError(
      "invalid",
      `The user name "${name}" cannot be set up; choose a user whose name has only lower-case letters, digits, - and _.`,
    );
  }
  const { stdout, failed } = await execa("getent", ["passwd", name], { reject: false });
  const [, , uid = "", gid = ""] = stdout.split(":");
  if (failed || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) {
    throw new MccError("not-found", `This host has no user "${name}"; create it first: useradd -m ${name}.`);
  }
  if (uid === "0") {
    throw new MccError("invalid", `The user ${name} is root, which needs no setup; run mccserver.`);
  }
  return { uid: Number(uid), gid: Number(gid) };
}

function freeIndex(others: readonly UserSettings[]): number {
  const taken = new Set(others.map(({ index }) => index));
  const limit = Math.min(cables.size, networks.size);
  const index = Array.from({ length: limit }, (_, number) => number).find((number) => !taken.has(number));
  if (index === undefined) {
    throw new MccError("exhausted", `This host has ${limit} users already; remove one with --remove-user.`);
  }
  return index;
}

function defaultRange(index: number): string {
  return `198.${networks.secondByte}.${networks.firstThirdByte + index * 4}.0/22`;
}

function refuseOverlap(range: string, others: readonly UserSettings[]): void {
  const taken = [
    { range: `${cables.base}/24`, what: "the cables between this host and its users" },
    ...others.map((other) => ({ range: other.range, what: `the user ${other.name}` })),
  ];
  const other = taken.find((candidate) => overlaps(range, candidate.range));
  if (other !== undefined) {
    throw new MccError(
      "conflict",
      `The network ${range} overlaps ${other.range} of ${other.what}; give another one with -r.`,
    );
  }
}
