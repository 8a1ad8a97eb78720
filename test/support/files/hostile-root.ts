import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Entries that the author of an image can put in place of a file that the daemon writes or reads. */
const inPlaceOfFile: Readonly<Record<string, (path: string, outside: string) => void>> = {
  "a link out": (path, outside) => symlinkSync(join(outside, "victim"), path),
  "a link to a folder out": (path, outside) => symlinkSync(outside, path),
  "a link in a circle": (path) => symlinkSync(path, path),
  "a fifo": (path) => execFileSync("mkfifo", [path]),
  "a file of 1 TB": (path) => {
    writeFileSync(path, "");
    truncateSync(path, 1024 ** 4);
  },
  "a file without permissions": (path) => {
    writeFileSync(path, "secret");
    chmodSync(path, 0);
  },
  "a full folder": (path) => {
    mkdirSync(path);
    writeFileSync(join(path, "file"), "");
  },
};

/** Entries in place of the folder of that file. */
const inPlaceOfFolder: Readonly<Record<string, (path: string, outside: string) => void>> = {
  "a link out in its folder's place": (path, outside) => symlinkSync(outside, path),
  "a relative link out in its folder's place": (path, outside) => symlinkSync(`../../..${outside}`, path),
  "a fifo in its folder's place": (path) => execFileSync("mkfifo", [path]),
  "a file in its folder's place": (path) => writeFileSync(path, ""),
};

/** A hostile root file system: the affected file, and a function that creates it. */
export interface HostileRoot {
  readonly what: string;
  readonly path: string;
  readonly isLarge: boolean;
  /** @param outside a folder of the host with the file `victim` in it. */
  readonly make: (root: string, outside: string) => void;
}

const files = [
  "/etc/hosts",
  "/etc/hostname",
  "/etc/resolv.conf",
  "/etc/passwd",
  "/root/.ssh/authorized_keys",
];

export const hostileRoots: readonly HostileRoot[] = files.flatMap((path) => [
  ...Object.entries(inPlaceOfFile).map(([what, make]) => ({
    what,
    path,
    isLarge: what === "a file of 1 TB",
    make: (root: string, outside: string) => {
      mkdirSync(join(root, path, ".."), { recursive: true });
      make(join(root, path), outside);
    },
  })),
  ...Object.entries(inPlaceOfFolder).map(([what, make]) => ({
    what,
    path,
    isLarge: false,
    make: (root: string, outside: string) => {
      const folder = join(root, path, "..");
      mkdirSync(folder, { recursive: true });
      rmSync(folder, { recursive: true });
      make(folder, outside);
    },
  })),
]);
