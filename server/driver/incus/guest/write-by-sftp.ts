import type { ContainerFile } from "../../driver";
import type { SftpSession } from "./sftp-session";

/** The mode of a folder for which nobody wants another one. */
export const newFolderMode = 0o755;

/** Returns the folders above a path, the outermost first, without the root. */
export function parentsOf(path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  return names.slice(0, -1).map((_, index) => `/${names.slice(0, index + 1).join("/")}`);
}

/**
 * Writes files into an instance that does not run. A link in the place of a file or a folder is removed first. The requests do
 * not wait for each other, except where one depends on another.
 *
 * @throws SftpError.
 */
export async function writeBySftp(
  session: Pick<SftpSession, "kindOf" | "remove" | "makeFolder" | "create">,
  files: readonly ContainerFile[],
): Promise<void> {
  const folders = new Map<string, number>();
  for (const { path, folderMode } of files) {
    const parents = parentsOf(path);
    parents.forEach((parent) => {
      if (!folders.has(parent)) {
        folders.set(parent, (parent === parents.at(-1) ? folderMode : undefined) ?? newFolderMode);
      }
    });
  }
  const kinds = await Promise.all([...folders.keys()].map((path) => session.kindOf(path)));
  const missing = [...folders].filter((_, index) => kinds[index] !== "folder");
  // The server carries out changes in their order.
  const changes = missing.flatMap(([path, mode]) => [session.remove(path), session.makeFolder(path, mode)]);
  // The last content of a path counts.
  const last = new Map(files.map((file) => [file.path, file]));
  for (const { path, mode, content } of last.values()) {
    changes.push(session.remove(path), session.create(path, mode, content));
  }
  const done = await Promise.allSettled(changes);
  const failed = done.find((each) => each.status === "rejected");
  if (failed !== undefined) {
    throw failed.reason;
  }
}
