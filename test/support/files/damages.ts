import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { execa } from "execa";

/** Paths that a damage can use. */
export interface Around {
  /** Another file of the same state folder. */
  readonly other: string;
  /** A folder outside of the state folder. */
  readonly outside: string;
}

/** A way to damage the file or folder at a path. */
export interface Damage {
  readonly name: string;
  readonly apply: (path: string, around: Around) => Promise<void>;
  /** The error of the system when the file is opened, for damage that only a broken disk causes. */
  readonly errno?: "EIO" | "EACCES";
}

/** An entry in the place of a file or a folder. */
const replacements: readonly Damage[] = [
  { name: "removed", apply: (path) => rm(path, { recursive: true }) },
  replacing("a FIFO", async (path) => {
    await execa("mkfifo", [path]);
  }),
  {
    name: "a socket",
    apply: async (path, { outside }) => {
      await rm(path, { recursive: true });
      // The path of a new socket is limited to 107 bytes, but that of a moved socket is not.
      const short = join(outside, "socket");
      const server = createServer().listen(short);
      await once(server, "listening");
      await rename(short, path);
      server.close();
    },
  },
  replacing("a link to nowhere", (path) => symlink("/nowhere/at/all", path)),
  replacing("a link to itself", (path) => symlink(path, path)),
];

/** Ways to damage a file. */
export const fileDamages: readonly Damage[] = [
  ...replacements,
  { name: "empty", apply: (path) => truncate(path) },
  {
    name: "cut in half",
    apply: async (path) => truncate(path, Math.floor((await readFile(path)).length / 2)),
  },
  {
    name: "zeroed",
    apply: async (path) => writeFile(path, Buffer.alloc((await readFile(path)).length)),
  },
  { name: "filled with random bytes", apply: (path) => writeFile(path, randomBytes(512)) },
  { name: "an empty object", apply: (path) => writeFile(path, "{}") },
  {
    name: "JSON of a wrong shape",
    apply: (path) => writeFile(path, '{"id":"\\ufffe","name":["\\ud800"],"members":null}'),
  },
  {
    name: "the content of another file",
    apply: async (path, { other }) => writeFile(path, await readFile(other)),
  },
  { name: "a terabyte", apply: (path) => truncate(path, 2 ** 40) },
  { name: "unreadable (EIO)", apply: () => Promise.resolve(), errno: "EIO" },
  { name: "unreadable (EACCES)", apply: () => Promise.resolve(), errno: "EACCES" },
  replacing("an empty folder", (path) => mkdir(path)),
  replacing("a folder", async (path) => {
    await mkdir(join(path, "deep"), { recursive: true });
    await writeFile(join(path, "deep", "file"), "");
  }),
  {
    name: "a link to its content elsewhere",
    apply: async (path, { outside }) => {
      const elsewhere = join(outside, "file");
      await rename(path, elsewhere);
      await symlink(elsewhere, path);
    },
  },
];

/** Ways to damage a folder. */
export const folderDamages: readonly Damage[] = [
  ...replacements,
  replacing("a file", (path) => writeFile(path, "a file\n")),
];

/** @param make creates an entry at a path where nothing exists. */
function replacing(name: string, make: (path: string) => Promise<void>): Damage {
  return {
    name,
    apply: async (path) => {
      await rm(path, { recursive: true });
      await make(path);
    },
  };
}
