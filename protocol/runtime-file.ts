import { homedir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { uidSchema } from "./methods/values/name";

/** The file with which a running daemon tells programs on its host its URL and the path of its token. */
export const runtimeFileSchema = z.object({
  /** `http://127.0.0.1:8080` */
  url: z.url(),
  /** The file of the token, which is readable for the users of the daemon. */
  tokenPath: z.string(),
  /** The file of a token for the members of the group `minicloud`, if they may not read the first one. */
  groupTokenPath: z.string().optional(),
  /** The certificate of the authority that issued the daemon's own, if the system does not trust it. */
  authorityPath: z.string().optional(),
  pid: z.int(),
  serverId: uidSchema,
});
export type RuntimeFile = z.infer<typeof runtimeFileSchema>;

const folderOfRoot = "/run/minicloud";

/**
 * Returns the folder for the file of this user's daemon: MCC_RUNTIME_DIR, or else `/run/minicloud` for root and a
 * folder in XDG_RUNTIME_DIR or the home folder for other users.
 */
export function runtimeFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { MCC_RUNTIME_DIR, XDG_RUNTIME_DIR } = environment;
  if (MCC_RUNTIME_DIR) {
    return MCC_RUNTIME_DIR;
  }
  if (process.getuid?.() === 0) {
    return folderOfRoot;
  }
  return XDG_RUNTIME_DIR
    ? join(XDG_RUNTIME_DIR, "minicloud")
    : join(environment.HOME || homedir(), ".local", "state", "minicloud", "run");
}

/** Returns the folders to search for daemons' files, best first. The daemon of root can also serve this user. */
export function runtimeFolders(environment: NodeJS.ProcessEnv = process.env): string[] {
  const own = runtimeFolder(environment);
  return environment.MCC_RUNTIME_DIR || own === folderOfRoot ? [own] : [own, folderOfRoot];
}

/** Returns the possible paths of the file of the daemon at a port, best first. */
export function runtimeFilePaths(port: number, environment?: NodeJS.ProcessEnv): string[] {
  return runtimeFolders(environment).map((folder) => join(folder, runtimeFileName(port)));
}

export function runtimeFileName(port: number): string {
  return `${port}.json`;
}
