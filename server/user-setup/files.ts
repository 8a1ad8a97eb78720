import { readFileSync } from "node:fs";
import { join } from "node:path";
import { closedPortDscp, type UserSettings, usersFolder } from "../support/ordinary-user";
import { cableOf, linkOf, tableOf } from "./settings";
import { idCount } from "./subordinate-ids";

/** The id of the containers' root in the user's namespaces. There, the driver uses the same ids as root's daemon. */
const containerRoot = 100_000;

/** Returns the path of the program that root runs for a user. */
export function helperPath(name: string): string {
  return join(usersFolder, name, "enter");
}

export function settingsPath(name: string): string {
  return join(usersFolder, name, "settings.json");
}

/** sudo ignores files with a dot in their name. */
export function sudoersPath(name: string): string {
  return join("/etc/sudoers.d", `minicloud-${name}`);
}

export function settingsText(settings: UserSettings): string {
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}

/** Returns the program that root runs for a user: a shell script with fixed values and `packaging/enter-user.sh`. */
export function helperText(settings: UserSettings): string {
  const { name, uid, gid, range, nat, firstId } = settings;
  const cable = cableOf(settings);
  const values = {
    user: name,
    uid,
    gid,
    containers: containerRoot,
    first: firstId,
    count: idCount,
    range,
    nat: nat ? "yes" : "no",
    link: linkOf(settings),
    table: tableOf(settings),
    host_address: cable.host,
    inner_address: cable.user,
    closed_port_dscp: closedPortDscp,
  };
  return [
    "#!/bin/sh",
    `# Created by: mccserver --setup-user ${name}`,
    ...Object.entries(values).map(([key, value]) => `${key}='${value}'`),
    "",
    readFileSync(join(__dirname, "..", "..", "..", "packaging", "enter-user.sh"), "utf8"),
  ].join("\n");
}

/**
 * Returns the sudoers file of a user: one program, without a password. sudo is replaced by the program, so that signals
 * reach the daemon, and passes on the daemon's channel and its listening socket.
 */
export function sudoersText({ name }: Pick<UserSettings, "name">): string {
  const program = helperPath(name);
  return [
    `# Created by: mccserver --setup-user ${name}`,
    `Defaults!${program} !use_pty, !pam_session, !pam_setcred, !requiretty, closefrom=5`,
    `${name} ALL=(root) NOPASSWD: ${program}`,
    "",
  ].join("\n");
}
