import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { uidSchema } from "./methods/name";

/** What a running daemon tells the programs on its own host: where it listens, and where its token lies. */
export const runtimeFileSchema = z.object({
  /** `http://127.0.0.1:8080` */
  url: z.url(),
  /** Readable for those who may use the daemon. */
  tokenPath: z.string(),
  pid: z.int(),
  serverId: uidSchema,
});
export type RuntimeFile = z.infer<typeof runtimeFileSchema>;

const folderOfRoot = "/run/minicloud";

/**
 * Where a daemon of this user leaves its file: MCC_RUNTIME_DIR, else `/run/minicloud` for root, else a folder
 * of the user's own.
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

/** Where to look for daemons' files, best first: root's daemon may serve this user too. */
export function runtimeFolders(environment: NodeJS.ProcessEnv = process.env): string[] {
  const own = runtimeFolder(environment);
  return environment.MCC_RUNTIME_DIR || own === folderOfRoot ? [own] : [own, folderOfRoot];
}

/** Where the file of the daemon at a port may be, best first. */
export function runtimeFilePaths(port: number, environment?: NodeJS.ProcessEnv): string[] {
  return runtimeFolders(environment).map((folder) => join(folder, runtimeFileName(port)));
}

export function runtimeFileName(port: number): string {
  return `${port}.json`;
}
