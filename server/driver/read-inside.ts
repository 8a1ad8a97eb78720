import { MccError } from "../../protocol/error";
import type { ExecRequest, ExecResult } from "./driver";

/** Runs in the container, so that a link in the container cannot lead to a file of the host. */
const readFile = `[ -f "$1" ] && [ ! -L "$1" ] || exit 0
echo found
if command -v head >/dev/null; then
  head -c "$2" "$1"
else
  cat "$1"
fi
`;

const found = "found\n";

/**
 * Returns the first bytes of a file in a running container.
 *
 * @param exec runs a command in the container.
 * @returns undefined if the file does not exist, or is a link or not a regular file.
 * @throws MccError `engine` if the container's shell could not read it.
 */
export async function readInside(
  exec: (request: ExecRequest) => Promise<ExecResult>,
  path: string,
  maxBytes: number,
  timeoutMs: number,
): Promise<Uint8Array | undefined> {
  const { exitCode, stdout, stderr } = await exec({
    command: ["/bin/sh", "-c", readFile, "sh", path, String(maxBytes)],
    stdin: Buffer.alloc(0),
    timeoutMs,
    maxOutputBytes: found.length + maxBytes,
  });
  if (exitCode !== 0) {
    const [line = ""] = Buffer.from(stderr).toString().trim().split("\n");
    throw new MccError("engine", `${path} could not be read: ${line || `exit code ${exitCode}`}.`);
  }
  return Buffer.from(stdout).toString("latin1", 0, found.length) === found
    ? stdout.subarray(found.length)
    : undefined;
}
