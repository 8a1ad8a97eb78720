const systemFolders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * The absolute folders of the PATH, and after them those of the system's own programs: `find` runs no program for
 * each file while the PATH has a relative folder.
 */
export function systemPath(path = process.env["PATH"] ?? ""): string {
  const folders = path.split(":").filter((folder) => folder.startsWith("/"));
  return [...folders, ...systemFolders.filter((folder) => !folders.includes(folder))].join(":");
}
