import { readFile, stat } from "node:fs/promises";
import { hasErrno } from "../../protocol/errno";
import { messageOf } from "../../protocol/error";
import { runtimeFilePaths, runtimeFileSchema } from "../../protocol/runtime-file";
import { isAlive } from "./is-alive";
import { listeningUsers } from "./listening-users";
import { isDefaultHost } from "./server-address";

export interface LocalToken {
  readonly token?: string;
  /** Why there is no token though a daemon's file was found, to say when the daemon asks for one. */
  readonly problem?: string;
}

/**
 * The token of the daemon of this host that listens at just this address, from the file that it leaves for
 * local programs. Nothing for an address that is not a loopback one, or that no file names; nothing either when
 * the daemon was killed, for then any user of this host may listen in its place.
 *
 * @param environment names the folders where daemons leave their files.
 */
export async function findLocalToken(server: URL, environment: NodeJS.ProcessEnv): Promise<LocalToken> {
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
        return { token: (await readFile(file.tokenPath, "utf8")).trim() };
      }
      problems.push(`The daemon that left ${path} (process ${file.pid}) is not running; start it again.`);
    } catch (error) {
      if (!hasErrno(error, "ENOENT")) {
        problems.push(`Its token could not be found by way of ${path}: ${messageOf(error)}.`);
      }
    }
  }
  return problems.length === 0 ? {} : { problem: problems.join(" ") };
}

/** Whether all that listens at the port belongs to whose file it is, or to root. */
async function onlyOwnerListens(path: string, port: number): Promise<boolean> {
  const [{ uid }, users] = await Promise.all([stat(path), listeningUsers(port)]);
  return users.length > 0 && users.every((user) => user === uid || user === 0);
}

function portOf(server: URL): number {
  return Number(server.port || (server.protocol === "https:" ? 443 : 80));
}
