import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommanderError } from "commander";
import { messageOf } from "../protocol/error";
import { packageFolder } from "../protocol/package-folder";
import { readOptions } from "./options";
import { stageFiles } from "./stage";
import { writePackage } from "./write-package";

async function main(words: readonly string[]): Promise<void> {
  const options = readOptions(words);
  const checkout = packageFolder();
  const folder = await mkdtemp(join(tmpdir(), "minicloud-packager-"));
  try {
    await stageFiles({ checkout, root: join(folder, "root"), work: folder, ...options });
    await mkdir(options.output, { recursive: true });
    for (const format of options.formats) {
      console.log(await writePackage({ ...options, checkout, folder, format }));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
    return;
  }
  console.error(`package: ${messageOf(error)}`);
  process.exitCode = 1;
});
