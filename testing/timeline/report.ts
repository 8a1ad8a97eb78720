import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { messageOf } from "../../protocol/error";
import type { Timeline } from "./timeline";

/**
 * Adds a timeline to the error of a failed test, where test frameworks print it: after the stack. If the folder is given,
 * also writes the picture there. It never fails, because the test's own error counts more.
 *
 * @param folder for `<fleet>.svg` and `<fleet>.txt`. Default: none.
 */
export async function attachTimeline(
  error: unknown,
  fleet: { readonly name: string; timeline(): Promise<Timeline> },
  folder: string | undefined,
): Promise<void> {
  try {
    const { text, svg } = await fleet.timeline();
    const written =
      folder === undefined ? [] : await write(resolve(folder), fleet.name, { txt: `${text}\n`, svg });
    add(error, [text, ...written].join("\n"));
  } catch (problem) {
    add(error, `The timeline of the fleet cannot be shown: ${messageOf(problem)}`);
  }
}

async function write(
  folder: string,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return await Promise.all(
    Object.entries(files).map(async ([ending, content]) => {
      const path = join(folder, `${name}.${ending}`);
      await writeFile(path, content);
      return `It is also in ${path}`;
    }),
  );
}

/** A test can throw anything, and an error can be frozen. */
function add(error: unknown, text: string): void {
  if (error instanceof Error && Object.isExtensible(error)) {
    error.stack = `${error.stack ?? String(error)}\n\n${text}\n`;
  }
}
