import type { ContainerFile } from "../../driver";
import { shellQuote } from "../../shell-quote";

/** The line that a waiting shell prints when it can be used. */
export const readyLine = "ready";
/** The line that the script prints when everything is done. */
export const doneLine = "done";

/** What a waiting shell runs first. */
export const readyScript = `if command -v hostname >/dev/null; then echo ${readyLine}; else echo "no command hostname"; fi\n`;

/**
 * Replaces the content of a file, and creates missing ones. A link in its place is replaced. `printf` is part of the shell:
 * a process for each file would take longer than all the rest.
 */
const functions = `put() {
  folder=\${1%/*}/
  [ -d "$folder" ] || (umask 022; mkdir -p "$folder")
  [ ! -L "$1" ] || rm -f "$1"
  printf %s "$2" >"$1"
}`;

/** Longer files are written in another way. */
const mostBytes = 256 * 1024;

/** Returns whether a file can be a part of the script: not every shell passes on all bytes. */
export function isScriptable({ content }: ContainerFile): boolean {
  return content.length <= mostBytes && /^[\t\n\x20-\x7e]*$/.test(Buffer.from(content).toString("latin1"));
}

/**
 * Returns a script for the shell of a running container that sets its host name and writes files. A shell that gets only a
 * part of it runs nothing.
 *
 * @param former files that the container has, whose modes need no process.
 */
export function claimScript(
  kernelName: string,
  files: readonly ContainerFile[],
  former: readonly ContainerFile[] = [],
): string {
  const puts = files.map(({ path, content }) => `put ${shellQuote([path, Buffer.from(content).toString()])}`);
  const before = modesOf(former);
  const modes = [...modesOf(files)].filter(([path, mode]) => before.get(path) !== mode);
  const chmods = [...new Set(modes.map(([, mode]) => mode))].map((mode) => {
    const paths = modes.flatMap(([path, ofPath]) => (ofPath === mode ? [path] : []));
    return `chmod ${mode.toString(8)} ${shellQuote(paths)}`;
  });
  const lines = ["set -efu", "umask 077", functions, ...puts, ...chmods];
  return `{\n${lines.join("\n")}\nhostname ${shellQuote([kernelName])}\necho ${doneLine}\n}\n`;
}

/** Returns the modes of files and their folders. The last one of a path counts. */
function modesOf(files: readonly ContainerFile[]): ReadonlyMap<string, number> {
  const modes = new Map<string, number>();
  for (const { path, mode, folderMode } of files) {
    modes.set(path, mode);
    if (folderMode !== undefined) {
      modes.set(path.slice(0, path.lastIndexOf("/")) || "/", folderMode);
    }
  }
  return modes;
}
