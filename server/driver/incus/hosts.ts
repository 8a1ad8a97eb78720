import { withBlock } from "../hosts-text";
import type { Engine } from "./engine";
import { readFile, writeFiles } from "./guest/files";
import { hostsPath, text } from "./guest/system-files";

const mostBytes = 1024 * 1024;

/** Replaces the daemon's block in an instance's hosts file. Other lines stay. A missing file is created. */
export async function setHosts(engine: Engine, id: number, lines: readonly string[]): Promise<void> {
  const before = Buffer.from((await readFile(engine, id, hostsPath, mostBytes)) ?? []).toString("utf8");
  const after = withBlock(before, lines);
  if (after !== before) {
    await writeFiles(engine, id, [text(hostsPath, after)]);
  }
}
