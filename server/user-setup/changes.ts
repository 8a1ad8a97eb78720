import type { Stats } from "node:fs";
import { chmod, chown, mkdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { execa } from "execa";
import { hasErrno, unlessErrno } from "../../protocol/errno";
import { MccError } from "../../protocol/error";
import { replaceFile } from "../support/files/json-file";
import { type UserSettings, usersFolder } from "../support/ordinary-user";
import { helperPath, helperText, settingsPath, settingsText, sudoersPath, sudoersText } from "./files";
import { idFiles, idLine, withLine, withoutLine } from "./subordinate-ids";

/** One lasting change of this host for a user. */
export interface Change {
  /** What is changed: `the file /etc/sudoers.d/minicloud-alice`. */
  readonly what: string;
  readonly isMade: () => Promise<boolean>;
  readonly make: () => Promise<void>;
  /** @returns false if something is left that is not from the setup. */
  readonly undo: () => Promise<boolean>;
  /** Whether any of it exists. */
  readonly exists: () => Promise<boolean>;
}

/** Returns the changes of a setup in their order. A removal undoes them in the reverse order. */
export function changesFor(settings: UserSettings): Change[] {
  const { name } = settings;
  return [
    ...idFiles.map((file) => idChange(file, idLine(name, settings.firstId))),
    folderChange(settings),
    fileChange(settingsPath(name), settingsText(settings), 0o644),
    fileChange(helperPath(name), helperText(settings), 0o755),
    sudoersChange(sudoersPath(name), sudoersText(settings)),
  ];
}

function idChange(file: string, line: string): Change {
  const read = async (): Promise<string> => (await unlessErrno(readFile(file, "utf8"), "ENOENT")) ?? "";
  const isMade = async (): Promise<boolean> => (await read()).split("\n").includes(line);
  return {
    what: `the line ${line} of ${file}`,
    isMade,
    exists: isMade,
    make: async () => {
      await replaceFile(file, withLine(await read(), line), 0o644);
    },
    undo: async () => {
      await replaceFile(file, withoutLine(await read(), line), 0o644);
      return true;
    },
  };
}

/** The folder of the state folder. Every user must be able to enter it, because the containers have other ids. */
function folderChange({ uid, gid, stateFolder }: UserSettings): Change {
  const folder = dirname(stateFolder);
  return {
    what: `the folder ${folder}`,
    isMade: async () => {
      const found = await unlessErrno(stat(folder), "ENOENT");
      return found?.uid === uid && found.gid === gid && (found.mode & 0o777) === 0o755;
    },
    exists: async () => (await unlessErrno(stat(folder), "ENOENT")) !== undefined,
    make: async () => {
      await mkdir(folder, { recursive: true });
      await chown(folder, uid, gid);
      await chmod(folder, 0o755);
    },
    undo: async () => {
      const removed = await removeIfEmpty(folder);
      await removeIfEmpty(dirname(folder));
      return removed;
    },
  };
}

/** A file of root. */
export function fileChange(path: string, text: string, mode: number): Change {
  return {
    what: `the file ${path}`,
    isMade: async () => {
      const found = await unlessErrno(stat(path), "ENOENT", "ENOTDIR");
      return found?.uid === 0 && (found.mode & 0o777) === mode && (await readFile(path, "utf8")) === text;
    },
    exists: async () => (await unlessErrno(stat(path), "ENOENT", "ENOTDIR")) !== undefined,
    make: async () => {
      await mkdir(dirname(path), { recursive: true });
      await replaceFile(path, text, mode);
      await chown(path, 0, 0);
      await chmod(path, mode);
    },
    undo: async () => {
      await rm(path, { force: true });
      for (const folder of [dirname(path), usersFolder, dirname(usersFolder)]) {
        if (!path.startsWith(`${usersFolder}/`) || !(await removeIfEmpty(folder))) {
          break;
        }
      }
      return true;
    },
  };
}

/** A file with a mistake would end all use of sudo on this host. */
export function sudoersChange(path: string, text: string): Change {
  const change = fileChange(path, text, 0o440);
  return {
    ...change,
    make: async () => {
      const { failed, stdout, stderr } = await execa("visudo", ["--check", "--file=-"], {
        input: text,
        reject: false,
      });
      if (failed) {
        throw new MccError("engine", `visudo refuses the content of ${path}: ${stdout}${stderr}.`);
      }
      await change.make();
    },
  };
}

/** A folder of root, which no other user can enter. A removal removes its contents too. */
export function rootFolderChange(folder: string): Change {
  const found = async (): Promise<Stats | undefined> => await unlessErrno(stat(folder), "ENOENT");
  return {
    what: `the folder ${folder}`,
    isMade: async () => {
      const stats = await found();
      return stats?.uid === 0 && (stats.mode & 0o777) === 0o700;
    },
    exists: async () => (await found()) !== undefined,
    make: async () => {
      await mkdir(folder, { recursive: true });
      await chown(folder, 0, 0);
      await chmod(folder, 0o700);
    },
    undo: async () => {
      await rm(folder, { recursive: true, force: true });
      await removeIfEmpty(dirname(folder));
      return true;
    },
  };
}

async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await unlessErrno(rmdir(folder), "ENOENT");
    return true;
  } catch (error) {
    if (hasErrno(error, "ENOTEMPTY", "EEXIST", "EBUSY")) {
      return false;
    }
    throw error;
  }
}
