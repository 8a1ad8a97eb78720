import { existsSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import * as z from "zod";

/**
 * Types, maps and the settings of tools are for developers, and OpenTelemetry's builds for browsers are larger than all other
 * packages.
 */
const unneeded =
  /\.(d\.[cm]?ts|map|md)$|\/\.(npmignore|gitignore|gitattributes|eslintrc[^/]*)$|\/@opentelemetry\/[^/]+\/build\/(esm|esnext)$/;

const manifestSchema = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

/** Copies the npm packages that the package in `from` needs at run time, each to the same place below `to`. */
export async function copyProductionModules(from: string, to: string): Promise<void> {
  for (const folder of await productionModules(from)) {
    const modules = join(folder, "node_modules");
    await cp(folder, join(to, relative(from, folder)), {
      recursive: true,
      // Packages below it are copied if one needs them.
      filter: (path) => !path.startsWith(modules) && !unneeded.test(path),
    });
  }
}

/** Returns the folders of those packages. @throws Error for one that is not installed. */
export async function productionModules(root: string): Promise<string[]> {
  const found = new Set<string>();
  async function visit(folder: string): Promise<void> {
    const text = await readFile(join(folder, "package.json"), "utf8");
    for (const name of Object.keys(manifestSchema.parse(JSON.parse(text)).dependencies)) {
      const dependency = find(name, folder, root);
      if (!found.has(dependency)) {
        found.add(dependency);
        await visit(dependency);
      }
    }
  }
  await visit(root);
  return [...found].sort();
}

/** Searches the folders above the package, as Node does. */
function find(name: string, from: string, root: string): string {
  const folder = join(from, "node_modules", name);
  if (existsSync(join(folder, "package.json"))) {
    return folder;
  }
  if (from === root) {
    throw new Error(`The npm package ${name} is not installed in ${root}; run npm ci.`);
  }
  return find(name, dirname(from), root);
}
