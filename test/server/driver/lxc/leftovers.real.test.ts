import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { endLeftovers, engineProcesses } from "../../../../server/driver/lxc/leftovers";
import { Place } from "../../../../server/driver/lxc/place";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { perTest } from "../../../support/per-test";

/** Waits with its arguments in its argument list, like an engine command, until it is killed. */
const script = "echo ready; read -r _";
/** Replaces the state folder by an empty one, for itself and the next program. */
const coverFolder = 'mount -t tmpfs tmpfs "$0" && exec "$@"';

describe("engine commands of daemons whose state folders have the same path", () => {
  const newFolder = temporaryFolders();
  const commands: ChildProcess[] = [];
  const place = perTest(async () => {
    const made = new Place(join(await newFolder(), "lxc"), "0123456789abcdef0123456789abcdef");
    await mkdir(made.images, { recursive: true });
    return made;
  });
  afterEach(async () => {
    for (const command of commands.splice(0).filter(isAtWork)) {
      const end = once(command, "exit");
      command.kill("SIGKILL");
      await end;
    }
  });

  const begin = async (words: readonly string[], through: readonly string[] = []): Promise<ChildProcess> => {
    const [program = "", ...rest] = [...through, "/bin/sh", "-c", script, "sh", ...words];
    const command = spawn(program, rest, { detached: true, stdio: ["pipe", "pipe", "inherit"] });
    commands.push(command);
    await once(command.stdout, "data");
    return command;
  };
  const elsewhere = (): string[] => [
    ...["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", coverFolder],
    place().folder,
  ];
  const works = (): Record<string, readonly string[]> => ({
    "the import of an image": [`--directory=${join(place().images, ".import-1", "rootfs")}`],
    "the start of a container": ["-P", place().containers, "-n", place().container(500).name],
  });

  for (const work of ["the import of an image", "the start of a container"]) {
    it(`${work}: the command for this folder is ended, the one in another mount namespace is not`, async () => {
      const words = works()[work] ?? [];
      const ours = await begin(words);
      const end = once(ours, "exit");
      const theirs = await begin(words, elsewhere());
      assert.deepEqual(
        (await engineProcesses(place())).map(({ pid }) => pid),
        [ours.pid],
      );
      await endLeftovers(place(), 20_000);
      await end;
      assert.equal(ours.signalCode, "SIGKILL");
      assert.ok(isAtWork(theirs));
    });
  }

  it("are ended in any mount namespace if they see this daemon's folder", async () => {
    const words = works()["the import of an image"] ?? [];
    const ours = await begin(words, ["unshare", "--mount", "--propagation", "private"]);
    const end = once(ours, "exit");
    await endLeftovers(place(), 20_000);
    await end;
    assert.equal(ours.signalCode, "SIGKILL");
  });
});

function isAtWork({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
