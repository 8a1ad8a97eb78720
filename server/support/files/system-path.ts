const systemFolders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Returns the absolute folders of the PATH, followed by those of the system's own programs. `find` refuses to run a
 * program for each file if the PATH has a relative folder.
 */
export function systemPath(path = process.env["PATH"] ?? ""): string {
  const folders = path.split(":").filter((folder) => folder.startsWith("/"));
  return [...folders, ...systemFolders.filter((folder) => !folders.includes(folder))].join(":");
}
