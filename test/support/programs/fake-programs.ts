import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { temporaryFolders } from "../files/temporary-folder";
import { perTest } from "../per-test";

/** Executables that precede the real ones on the PATH until they are removed or the test ends. */
export interface FakePrograms {
  /** @param body a shell script. It should call programs by their complete path. */
  readonly put: (name: string, body: string) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** Gives each test of the calling suite separate fakes. */
export function fakePrograms(): () => FakePrograms {
  const newFolder = temporaryFolders();
  const path = process.env["PATH"] ?? "";
  return perTest(
    async () => {
      const parent = await newFolder();
      // Users without an account on the host run some of them.
      await chmod(parent, 0o755);
      const folder = join(parent, "bin");
      process.env["PATH"] = folder + delimiter + path;
      return {
        put: async (name, body) => {
          await mkdir(folder, { recursive: true });
          await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
        },
        remove: () => rm(folder, { recursive: true, force: true }),
      };
    },
    async (programs) => {
      process.env["PATH"] = path;
      await programs.remove();
    },
  );
}
