import { constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { Socket } from "node:net";

/** Not the flags of the descriptor itself: other programs share them, such as the shell of a terminal. */
const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** They keep descriptors from waiting for as long as they exist. */
const sockets: Socket[] = [];

/**
 * Returns a descriptor for the same file, pipe, terminal or socket, whose writes fail with EAGAIN where they would wait
 * for a reader. Regular files are returned as they are.
 *
 * A pipe or a terminal is opened again; a terminal of another user's only where it is this process's own. The flags of
 * a socket, and of another user's pipe, are changed. What is left (another user's terminal that is not this process's
 * own) waits as before.
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

/** Sockets cannot be opened again. Node makes those that it is given non-blocking, also pipes. */
function unblockedSocket(descriptor: number): number {
  try {
    const socket = new Socket({ fd: descriptor, readable: false, writable: true });
    socket.on("error", () => undefined);
    socket.unref();
    sockets.push(socket);
  } catch {
    // Node takes no datagram socket. Those hardly wait for a reader.
  }
  return descriptor;
}

/** `/dev/tty` is open to all, but can be another terminal than this one. */
function ownTerminal({ rdev }: Stats): number | undefined {
  return ownTerminalNumber() === rdev ? open("/dev/tty") : undefined;
}

/** The device number of this process's terminal; 0 where it has none. */
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
