import { MccError } from "../../protocol/error";
import { toSendable } from "../../protocol/wire/codec";
import type { ContainerFile, ExecRequest, ExecResult } from "./driver";

/**
 * Runs in the container, so that a link in the container cannot lead to a file of the host. The file is written
 * completely or not at all: a temporary file next to it is renamed. A link in its place is replaced.
 */
const writeFile = `set -efu
path=$1 size=$2 mode=$3 folder_mode=$4
folder=\${path%/*}/
if [ ! -d "$folder" ]; then
  umask 022
  mkdir -p "$folder"
fi
if [ -n "$folder_mode" ]; then
  chmod "$folder_mode" "$folder"
fi
if [ -d "$path" ] && [ ! -L "$path" ]; then
  echo "$path is a folder" >&2
  exit 1
fi
temporary=$folder.minicloud-$$
trap 'rm -f "$temporary"' EXIT
umask 077
set -C
cat >"$temporary"
if [ "$(wc -c <"$temporary")" -ne "$size" ]; then
  echo "the content was cut off" >&2
  exit 1
fi
chmod "$mode" "$temporary"
if [ -L "$path" ]; then
  rm -f "$path"
fi
mv -f "$temporary" "$path"
`;

/** The limit for an error message of the script. */
const maxOutputBytes = 4096;

/**
 * Writes files into a running container, one after another.
 *
 * @param exec runs a command in the container.
 * @throws MccError `engine` with the message of the container's shell.
 */
export async function writeInside(
  exec: (request: ExecRequest) => Promise<ExecResult>,
  files: readonly ContainerFile[],
  timeoutMs: number,
): Promise<void> {
  for (const { path, content, mode, folderMode } of files) {
    const { exitCode, stderr } = await exec({
      command: [
        ...["/bin/sh", "-c", writeFile, "sh", path, String(content.length)],
        ...[mode.toString(8), folderMode?.toString(8) ?? ""],
      ],
      stdin: content,
      timeoutMs,
      maxOutputBytes,
    });
    if (exitCode !== 0) {
      throw new MccError(
        "engine",
        `${path} could not be written: ${toSendable(Buffer.from(stderr).toString()).trim().replaceAll("\n", "; ")}.`,
      );
    }
  }
}
