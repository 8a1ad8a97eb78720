import { readdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";
import { Vz } from "../../driver/openvz/commands/vz";
import { exists, hostPlaces } from "../../driver/openvz/host";
import {
  findProgram,
  openvzSudoersPath,
  rootProgramPath,
  rootStateFolder,
} from "../../driver/openvz/sudo/places";
import { rootProgramCode, rootProgramText } from "../../driver/openvz/sudo/root-program-text";
import { refuseUntrustedPath } from "../../support/files/trusted-path";
import { type Change, fileChange, rootFolderChange, sudoersChange } from "../changes";
import { type Manner, requireRoot } from "../set-up";
import { findUser } from "../settings";
import { openvzSudoersText, type SudoersRequest } from "./sudoers";

const vzctlTimeoutMs = 60_000;
/** The folders of the system's programs, which the root program uses. */
const systemFolders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Lets a user run the daemon with OpenVZ, through sudo. Reports each change. Repeatable: what is in place stays.
 *
 * @throws MccError `forbidden` for other users than root; `unavailable` that names what the host lacks; `conflict` for a
 * program that other users than root can replace; the errors of `findUser`.
 */
export async function setUpOpenvzUser(user: string, { dryRun, say }: Manner): Promise<void> {
  requireRoot("--setup-user");
  const { uid } = await findUser(user);
  const programs = await trustedPrograms();
  const { name: generation } = await new Vz(hostPlaces, {
    timeoutMs: vzctlTimeoutMs,
    mark: () => ({}),
  }).generation();
  for (const change of changesFor({ user, uid, generation, programs, path: pathFor(programs) })) {
    if (!(await change.isMade())) {
      say(`${dryRun ? "would create" : "created"} ${change.what}`);
      await (dryRun ? undefined : change.make());
    }
  }
  if (!dryRun) {
    say(`the user ${user} can run mccserver --driver openvz`);
  }
}

/**
 * Removes everything that `setUpOpenvzUser` created. Reports each change.
 *
 * @returns false for a user that was not set up.
 * @throws MccError `conflict` while containers of the user's daemon exist.
 */
export async function removeOpenvzUser(user: string, { dryRun, say }: Manner): Promise<boolean> {
  requireRoot("--remove-user");
  const { uid } = await findUser(user);
  const programs = { vzctl: "", vzlist: "", ip: "" };
  const changes: Change[] = [];
  for (const change of changesFor({ user, uid, generation: "v4", programs, path: "" }).reverse()) {
    if (await change.exists()) {
      changes.push(change);
    }
  }
  if (changes.length > 0) {
    await refuseWithContainers(user);
  }
  for (const change of changes) {
    say(`${dryRun ? "would remove" : "removed"} ${change.what}`);
    await (dryRun ? undefined : change.undo());
  }
  return changes.length > 0;
}

function changesFor(request: SudoersRequest): Change[] {
  const { user, uid, path } = request;
  return [
    rootFolderChange(rootStateFolder(user)),
    fileChange(rootProgramPath(user), rootProgramText({ user, uid, node: process.execPath, path }), 0o755),
    sudoersChange(openvzSudoersPath(user), openvzSudoersText(request)),
  ];
}

function pathFor(programs: SudoersRequest["programs"]): string {
  return [...new Set([...systemFolders, ...Object.values(programs).map(dirname)])].join(delimiter);
}

/** Returns the paths of the engine's programs. Nothing that root is going to run may belong to another user. */
async function trustedPrograms(): Promise<SudoersRequest["programs"]> {
  const [vzctl, vzlist, ip, ...rest] = ["vzctl", "vzlist", "ip", "sudo", "visudo"].map((program) => {
    const path = findProgram(program);
    if (path === undefined) {
      throw new MccError(
        "unavailable",
        `A setup for a user with OpenVZ needs ${program}; install it (apt install vzctl iproute2 sudo). Nothing was changed.`,
      );
    }
    return path;
  });
  if (vzctl === undefined || vzlist === undefined || ip === undefined) {
    throw new MccError("internal", "The programs of OpenVZ were not searched.");
  }
  // Loads the code that the root program loads.
  await import("../../driver/openvz/sudo/verb-work.js");
  const code = [...new Set(Object.keys(require.cache).map(dirname))];
  for (const path of [vzctl, vzlist, ip, ...rest, process.execPath, rootProgramCode(), ...code]) {
    await refuseUntrustedPath(path, {
      what: `${path}, which root would run,`,
      remedy: "install it as root in a folder of root's, such as /usr/lib/node_modules",
    });
    if (/['"\n]/.test(path)) {
      throw new MccError(
        "invalid",
        `The path ${path} has a quote in it; install the program in another folder.`,
      );
    }
  }
  return { vzctl, vzlist, ip };
}

async function refuseWithContainers(user: string): Promise<void> {
  const folder = join(rootStateFolder(user), "claims");
  const ctids = (await unlessErrno(readdir(folder), "ENOENT")) ?? [];
  const vz = new Vz(hostPlaces, { timeoutMs: vzctlTimeoutMs, mark: () => ({}) });
  for (const ctid of ctids) {
    if (await exists((await vz.host()).containerConfiguration(ctid))) {
      throw new MccError(
        "conflict",
        `The daemon of ${user} has containers (${ctids.join(", ")}), which nothing could manage afterwards; nothing was changed. Let ${user} stop the daemon and run mccserver --purge --driver openvz first.`,
      );
    }
  }
}
