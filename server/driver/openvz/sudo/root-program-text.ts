import { join } from "node:path";
import { packageVersion } from "../../../../protocol/package-version";
import { rootStateFolder } from "./places";

/** Returns the line of the root program that tells its release. */
export function releaseLine(): string {
  return `# MiniCloud ${packageVersion()}`;
}

/** Returns the path of the program's code. */
export function rootProgramCode(): string {
  return join(__dirname, "root-program.js");
}

/** What is fixed in the root program of one user. */
export interface RootProgramValues {
  readonly user: string;
  readonly uid: number;
  /** The interpreter. */
  readonly node: string;
  /** The folders in which it finds vzctl and the system's programs. */
  readonly path: string;
}

/** Returns the program that root allows a user to run: Node with a fixed environment, and MiniCloud's own code. */
export function rootProgramText({ user, uid, node, path }: RootProgramValues): string {
  const words = [node, rootProgramCode(), String(uid), rootStateFolder(user)].map((word) => `'${word}'`);
  return [
    "#!/bin/sh",
    releaseLine(),
    `# Created by: mccserver --setup-user ${user} --driver openvz`,
    `exec /usr/bin/env -i PATH='${path}' LC_ALL=C ${words.join(" ")} "$@"`,
    "",
  ].join("\n");
}
