import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { Readable } from "node:stream";
import { MccError } from "../../../../protocol/error";
import { shellQuote } from "../../shell-quote";
import type { ContainerPlace, Place } from "../place";
import { requireProgram } from "./programs";

/**
 * Runs in the container before the command: enters the command's own cgroup, reports it, and is replaced by the
 * command. The cgroup's file was opened outside of the container, so processes in the container cannot change the path.
 */
const enterCgroup = 'echo 0 >&3 && echo entered >&4 && exec 3>&- 4>&- "$@"';
/**
 * The same, for a shell that gets its command later: it also waits for the number of lines and the lines of a quoted
 * command, and reports that it has them. Its argument is a line end. A shell reads from a socket byte by byte, so none is
 * lost. It is one line of text, because shells name the line in their messages.
 */
const enterAndWait = [
  'echo 0 >&3 && echo entered >&4 && exec 3>&- && read -r count <&4 && words="" || exit 1',
  'while [ "$count" -gt 0 ]; do IFS= read -r line <&4 || exit 1; words="$words$line$1"; count=$((count - 1)); done',
  'eval "set -- $words" && echo begun >&4 && exec 4>&- "$@"',
].join("; ");

const environment = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  USER: "root",
  TERM: "dumb",
};
/** The descriptor on which the shell reports, and from which it reads a command. */
const reports = 4;
/** A shell that reads byte by byte takes a millisecond or less for them. */
const mostSentBytes = 4096;

/** A process of lxc-attach. */
export interface Attached {
  readonly child: ChildProcess;
  /** Resolves when the process has ended. */
  readonly exit: Promise<unknown>;
  /** Resolves when its output is closed too. */
  readonly closed: Promise<unknown>;
}

/** Starts lxc-attach with a command. @param members the descriptor of the file through which processes enter the cgroup. */
export function attachCommand(
  place: Place,
  container: ContainerPlace,
  command: readonly string[],
  members: number,
): Attached {
  return spawnAttach(place, container, [enterCgroup, "sh", ...command], members);
}

/** Starts lxc-attach with a shell that waits for a command. It ends when this process does. */
export function attachShell(place: Place, container: ContainerPlace, members: number): Attached {
  return spawnAttach(place, container, [enterAndWait, "sh", "\n"], members);
}

/** Whether a command can be sent to a shell that waits. */
export function isSendable(command: readonly string[]): boolean {
  return (
    Buffer.byteLength(shellQuote(command)) <= mostSentBytes && !command.some((word) => word.includes("\0"))
  );
}

/** Sends a command to a shell that waits. */
export function sendCommand({ child }: Attached, command: readonly string[]): void {
  const text = shellQuote(command);
  const stream = streamOf(child, reports);
  if (stream instanceof Socket) {
    stream.write(`${text.split("\n").length}\n${text}\n`);
  }
}

/** Returns the stream on which the shell reports what it did. */
export function reportsOf({ child }: Attached): Readable {
  return streamOf(child, reports);
}

/** Returns a stream that the process writes. */
export function streamOf(child: ChildProcess, descriptor: number): Readable {
  const stream = child.stdio[descriptor];
  if (!(stream instanceof Readable)) {
    throw new MccError("internal", `lxc-attach was started without a pipe as descriptor ${descriptor}.`);
  }
  return stream;
}

function spawnAttach(
  place: Place,
  container: ContainerPlace,
  script: readonly string[],
  members: number,
): Attached {
  const words = [
    ...["-P", place.containers, "-n", container.name, "--clear-env"],
    ...Object.entries(environment).flatMap(([name, value]) => ["--set-var", `${name}=${value}`]),
    ...["--", "/bin/sh", "-c", ...script],
  ];
  const child = spawn(requireProgram("lxc-attach"), words, {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "pipe", "pipe", members, "pipe"],
  });
  // Its process may end without reading what it is sent.
  child.stdin?.on("error", () => undefined);
  child.stdio[reports]?.on("error", () => undefined);
  const exit = new Promise((resolve, reject) => child.once("exit", resolve).once("error", reject));
  // The caller that waits for it gets the error.
  exit.catch(() => undefined);
  return { child, exit, closed: new Promise((resolve) => child.once("close", resolve)) };
}
