import { join } from "node:path";
import { usersFolder } from "../../../support/ordinary-user";
import { isExecutable } from "../../../support/program-path";

/** Returns the path of the program that root allows a user to run for the work on files and processes. */
export function rootProgramPath(user: string): string {
  return join(usersFolder, user, "openvz");
}

/** Returns root's folder for a user: which containers and images the user's daemon made. */
export function rootStateFolder(user: string): string {
  return join("/var/lib/minicloud-openvz", user);
}

/** sudo ignores files with a dot in their name. */
export function openvzSudoersPath(user: string): string {
  return join("/etc/sudoers.d", `minicloud-openvz-${user}`);
}

/** Returns the first path of a program on the PATH and in the system's folders; undefined if there is none. */
export function findProgram(program: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin", "/usr/bin", "/bin"];
  return folders
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, program))
    .find((path) => isExecutable(path));
}
