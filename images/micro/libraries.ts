import { execa } from "execa";

/** Returns the absolute paths of the libraries that the programs load, including the loader itself. */
export async function librariesOf(programs: readonly { readonly path: string }[]): Promise<string[]> {
  const lists = await Promise.all(programs.map(({ path }) => librariesOfOne(path)));
  return [...new Set(lists.flat())].sort();
}

async function librariesOfOne(path: string): Promise<string[]> {
  const { stdout, stderr, failed } = await execa("ldd", [path], { reject: false, env: { LC_ALL: "C" } });
  if (failed && stderr.includes("not a dynamic executable")) {
    return [];
  }
  if (failed || stdout.includes("not found")) {
    throw new Error(`ldd ${path}: ${stderr || stdout}`);
  }
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].flatMap(([, library]) => library ?? []);
}
