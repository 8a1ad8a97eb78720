import { readFile, stat } from "node:fs/promises";
import { hasErrno } from "../../protocol/errno";
import { messageOf } from "../../protocol/error";
import { type RuntimeFile, runtimeFilePaths, runtimeFileSchema } from "../../protocol/runtime-file";
import { isAlive } from "./is-alive";
import { listeningUsers } from "./listening-users";
import { isDefaultHost } from "./server-address";

/**
 * For how long it counts that only the daemon's user listens at its port. The kernel takes milliseconds to list all sockets.
 * Each call still checks that the daemon's process exists.
 */
const seenMs = 1_000;
/** When that was last seen, by file and port. */
const seen = new Map<string, number>();

/** What the files of a daemon on this host tell its clients. */
export interface LocalAccess {
  readonly token?: string;
  /** The authority, in PEM, that issued the daemon's certificate, if the system does not trust it. */
  readonly authority?: string | undefined;
  /** Why there is no token although a daemon's file exists. Used if the daemon requires a token. */
  readonly problem?: string;
}

/**
 * Returns the token and the authority of the daemon on this host that listens at this address, from its file for local
 * programs. Returns neither if the address is not a loopback address, or no file names it. It also returns none if the
 * daemon was killed, because then any user of this host can listen at its port.
 *
 * @param environment the variables that name the folders of these files.
 */
export async function findLocalAccess(server: URL, environment: NodeJS.ProcessEnv): Promise<LocalAccess> {
  if (!isDefaultHost(server)) {
    return {};
  }
  const problems: string[] = [];
  const port = portOf(server);
  for (const path of runtimeFilePaths(port, environment)) {
    try {
      const file = runtimeFileSchema.parse(JSON.parse(await readFile(path, "utf8")));
      if (new URL(file.url).origin !== server.origin) {
        continue;
      }
      if (isAlive(file.pid) && (await onlyOwnerListens(path, port))) {
        const authority = file.authorityPath && (await readFile(file.authorityPath, "utf8"));
        return { token: await readToken(file), authority };
      }
      problems.push(`The daemon of ${path} (process ${file.pid}) is not running; start it again.`);
    } catch (error) {
      if (!hasErrno(error, "ENOENT")) {
        problems.push(`Reading the token that ${path} names failed: ${messageOf(error)}.`);
      }
    }
  }
  return problems.length === 0 ? {} : { problem: problems.join(" ") };
}

/** The daemon's own token is for root, and the other one for the group. */
async function readToken({ tokenPath, groupTokenPath }: RuntimeFile): Promise<string> {
  try {
    return (await readFile(tokenPath, "utf8")).trim();
  } catch (error) {
    if (groupTokenPath === undefined || !hasErrno(error, "EACCES")) {
      throw error;
    }
    return (await readFile(groupTokenPath, "utf8")).trim();
  }
}

/** Tells whether all sockets that listen at the port belong to the owner of the file or to root. */
async function onlyOwnerListens(path: string, port: number): Promise<boolean> {
  const place = `${path} ${port}`;
  if (performance.now() - (seen.get(place) ?? Number.NEGATIVE_INFINITY) < seenMs) {
    return true;
  }
  const [{ uid }, users] = await Promise.all([stat(path), listeningUsers(port)]);
  const isOnly = users.length > 0 && users.every((user) => user === uid || user === 0);
  if (isOnly) {
    seen.set(place, performance.now());
  }
  return isOnly;
}

function portOf(server: URL): number {
  return Number(server.port || (server.protocol === "https:" ? 443 : 80));
}
