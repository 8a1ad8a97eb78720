import { constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { Socket } from "node:net";

/**
 * Flags of a new descriptor. The original's flags are not changed: other programs share them, such as a terminal's
 * shell.
 */
const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** The sockets that keep descriptors non-blocking. They must not be garbage-collected. */
const sockets: Socket[] = [];

/**
 * Returns a descriptor for the same file, pipe, terminal or socket, whose writes fail with EAGAIN instead of waiting
 * for a reader. Regular files are returned unchanged.
 *
 * A pipe or a terminal is opened again; a terminal of another user only if it is this process's own. The flags of a
 * socket, and of another user's pipe, are changed. Writes to any other terminal of another user still wait.
 */
export function unblockedDescriptor(descriptor: number): number {
  const stats = fstatSync(descriptor);
  if (stats.isFile()) {
    return descriptor;
  }
  if (stats.isSocket()) {
    return unblockedSocket(descriptor);
  }
  const again = open(`/proc/self/fd/${descriptor}`);
  if (again !== undefined) {
    return again;
  }
  return stats.isFIFO() ? unblockedSocket(descriptor) : (ownTerminal(stats) ?? descriptor);
}

function open(path: string): number | undefined {
  try {
    return openSync(path, flags);
  } catch {
    return undefined;
  }
}

/** Makes a socket or pipe non-blocking through Node, because sockets cannot be opened again. */
function unblockedSocket(descriptor: number): number {
  try {
    const socket = new Socket({ fd: descriptor, readable: false, writable: true });
    socket.on("error", () => undefined);
    socket.unref();
    sockets.push(socket);
  } catch {
    // Node does not support datagram sockets. They rarely wait for a reader.
  }
  return descriptor;
}

/** All users can open `/dev/tty`, but it may be another terminal than this one. */
function ownTerminal({ rdev }: Stats): number | undefined {
  return ownTerminalNumber() === rdev ? open("/dev/tty") : undefined;
}

/** Returns the device number of this process's terminal; 0 if it has none. */
function ownTerminalNumber(): number {
  try {
    const [, , , , terminal] = readFileSync("/proc/self/stat", "latin1")
      .replace(/^.*\) /s, "")
      .split(" ");
    return Number(terminal);
  } catch {
    return 0;
  }
}
