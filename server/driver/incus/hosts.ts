import { newHostsText, withBlock } from "../hosts-text";
import type { Engine } from "./engine";
import { againAfterEnd } from "./guest/again-after-end";
import { filesOfNextStart, findFile, overwriteFile, writeFiles, writeIntoStopped } from "./guest/files";
import { hostsPath, text } from "./guest/system-files";

const mostBytes = 1024 * 1024;

/**
 * Replaces the daemon's block in an instance's hosts file. Other lines stay. A missing file is created.
 *
 * It goes through the engine's files also in a running instance: a command in it would take ten times as long, and a name that
 * changes is written for each instance of a stack. The engine follows links only within the instance's root. It writes in place, so
 * a program that reads the file at the same moment can find it incomplete.
 */
export async function setHosts(engine: Engine, id: number, lines: readonly string[]): Promise<void> {
  const instance = await engine.instances.known(id);
  const newFile = text(hostsPath, newHostsText(lines));
  if ((await filesOfNextStart(engine, id, instance)).length > 0) {
    await writeFiles(engine, id, [newFile]);
    return;
  }
  const find = async (): ReturnType<typeof findFile> =>
    await engine.instances.reaching(id, findFile(engine, id, hostsPath, mostBytes));
  const found = await againAfterEnd(find);
  if (found?.type !== "file") {
    await writeIntoStopped(engine, id, [newFile]);
    return;
  }
  const before = Buffer.from(found.bytes).toString("latin1");
  const after = withBlock(before, lines);
  if (after !== before) {
    await againAfterEnd(() => overwriteFile(engine, id, hostsPath, Buffer.from(after, "latin1")));
  }
}
