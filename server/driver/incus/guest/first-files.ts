import { createHash } from "node:crypto";
import type { ContainerFile } from "../../driver";
import type { ApiInstance } from "../api/types";
import { parentsOf } from "./write-by-sftp";

/** The kernel allows an argument of 128 KiB. */
const mostBytes = 96 * 1024;

/**
 * Runs in a shell of the member, in the container's namespaces, before the container has its own root and its first process. A
 * link or another entry in the place of a folder or a file is removed, so that nothing outside is written, and no file keeps an
 * owner or another name from the image. `printf` is part of the shell: a process for each file would take longer than all the rest.
 */
const begin = [
  "set -efu",
  'cd "$LXC_ROOTFS_MOUNT"',
  "umask 077",
  'd() { { [ -d "$1" ] && [ ! -L "$1" ]; } || { rm -f "$1"; mkdir -m 755 "$1"; }; }',
  'f() { printf %b "$2" >"$1"; }',
];

const markFolder = "/etc";
const textOfMark =
  "While this file exists, a start does not write the files again that came with the create.";

const lineOfFiles = /^lxc\.hook\.mount = \/bin\/sh -c '(set -efu; cd .*; f (\S+) "[^"]*")'$/m;
/** Neither an option of a command nor a way out of the root. */
const plainPath = /^(?:\/\.?[\w@+][\w.@+-]*)+$/;
const unplain = /[^A-Za-z0-9 .,:=_/@+-]/g;

/**
 * Returns the line of LXC's configuration that writes the files when the instance starts for the first time.
 *
 * The engine's own way to write into a stopped instance starts a process for each, which mounts the disk and flushes the whole
 * pool. Also, an LXD that does this for many instances at once can lose the sockets of those processes (seen with 5.0.2; its
 * code was the same in 5.21).
 *
 * @returns undefined for files that it cannot have: too long ones, or with special characters in their paths.
 */
export function firstFilesLine(files: readonly ContainerFile[]): string | undefined {
  const contents = new Map<string, Uint8Array>();
  const modes = new Map<string, number>();
  const folders = new Set<string>([markFolder]);
  for (const { path, content, mode, folderMode } of files) {
    const parents = parentsOf(path);
    parents.forEach((parent) => folders.add(parent));
    contents.set(path, content);
    modes.set(path, mode);
    if (folderMode !== undefined) {
      modes.set(parents.at(-1) ?? "/", folderMode);
    }
  }
  if (![...modes.keys()].every((path) => plainPath.test(path))) {
    return undefined;
  }
  const makes = [...folders].map((path) => `d ${withinRoot(path)}`);
  const removal = `rm -f ${[...contents.keys()].map(withinRoot).join(" ")}`;
  const puts = [...contents].map(([path, content]) => `f ${withinRoot(path)} "${escaped(content)}"`);
  const chmods = [...new Set(modes.values())].map((mode) => {
    const paths = [...modes].flatMap(([path, ofPath]) => (ofPath === mode ? [withinRoot(path)] : []));
    return `chmod ${mode.toString(8)} ${paths.join(" ")}`;
  });
  const changes = [...makes, removal, ...puts, ...chmods];
  const mark = withinRoot(pathOfMark(changes));
  const script = [...begin, `[ ! -e ${mark} ] || exit 0`, ...changes, `f ${mark} "${textOfMark}"`];
  const line = `lxc.hook.mount = /bin/sh -c '${script.join("; ")}'`;
  return line.length > mostBytes ? undefined : line;
}

/** The files that a start writes, unless an earlier one has done so. */
export interface FirstFiles {
  readonly files: readonly ContainerFile[];
  /** Exists in an instance that has the files. */
  readonly mark: string;
  /** Whether the instance was never started. Otherwise a start can have failed before it wrote them. */
  readonly isNew: boolean;
}

/** Returns the files in the settings of an instance. */
export function firstFilesOf({ config }: Pick<ApiInstance, "config">): FirstFiles | undefined {
  const [, script, mark] = lineOfFiles.exec(config["raw.lxc"] ?? "") ?? [];
  if (script === undefined || mark === undefined) {
    return undefined;
  }
  // The engine removes this as the first thing of a start.
  const isNew = config["volatile.apply_template"] === "create";
  return { files: filesIn(script), mark: `/${mark}`, isNew };
}

function filesIn(script: string): ContainerFile[] {
  const modes = new Map<string, number>();
  for (const [, mode = "", paths = ""] of script.matchAll(/; chmod ([0-7]+)((?: [^ ;]+)+)/g)) {
    paths
      .trim()
      .split(" ")
      .forEach((path) => modes.set(`/${path}`, Number.parseInt(mode, 8)));
  }
  return [...script.matchAll(/; f (\S+) "([^"]*)"(?=;)/g)].flatMap(([, inRoot = "", text = ""]) => {
    const path = `/${inRoot}`;
    const mode = modes.get(path);
    const folderMode = modes.get(parentsOf(path).at(-1) ?? "/");
    return mode === undefined
      ? []
      : [{ path, content: unescaped(text), mode, ...(folderMode !== undefined && { folderMode }) }];
  });
}

/** Returns the configuration of an instance with the line for other files, or without one. */
export function withFirstFiles({ config }: Pick<ApiInstance, "config">, line: string | undefined): string {
  const others = (config["raw.lxc"] ?? "").split("\n").filter((each) => !lineOfFiles.test(each));
  return [...(line === undefined ? [] : [line]), ...others].join("\n");
}

/** Differs for other files: an image that was made of an instance has that one's mark, and a setting can change after a failed start. */
function pathOfMark(changes: readonly string[]): string {
  const digest = createHash("sha256").update(changes.join("\n")).digest("hex");
  return `${markFolder}/minicloud-files-${digest.slice(0, 16)}`;
}

function withinRoot(path: string): string {
  return path.slice(1);
}

/** For `printf %b`, between double quotes, between single quotes. */
function escaped(content: Uint8Array): string {
  return Buffer.from(content)
    .toString("latin1")
    .replaceAll(unplain, (byte) => `\\0${byte.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

function unescaped(text: string): Buffer {
  const bytes = text.replaceAll(/\\0([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(bytes, "latin1");
}
