import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import * as z from "zod";
import { copyProductionModules } from "../../packager/production-modules";
import { installLastRelease } from "../compatibility/packages";

const manifestSchema = z.object({ version: z.string(), bin: z.record(z.string(), z.string()) });

/**
 * Writes a Debian package with the program files of the last release, which had no package: those of this release's package
 * are replaced.
 *
 * @param present the package of this release.
 * @param folder the folder for the new package.
 * @returns its path.
 */
export async function packLastRelease(present: string, folder: string): Promise<string> {
  const work = await mkdtemp(join(folder, ".last-"));
  try {
    const release = join(work, "package");
    await installLastRelease(work);
    await symlink(join(work, "node_modules"), join(release, "node_modules"));
    const { version, bin } = manifestSchema.parse(
      JSON.parse(await readFile(join(release, "package.json"), "utf8")),
    );
    const root = join(work, "root");
    await execa("dpkg-deb", ["--raw-extract", present, root]);
    const programs = join(root, "usr", "lib", "minicloud");
    for (const name of (await readdir(programs)).filter((each) => each !== "bin")) {
      await rm(join(programs, name), { recursive: true });
    }
    for (const name of (await readdir(release)).filter((each) => each !== "node_modules")) {
      await cp(join(release, name), join(programs, name), { recursive: true });
    }
    await copyProductionModules(release, programs);
    for (const [name, path] of Object.entries(bin)) {
      const program = `#!/bin/sh\nexec /usr/lib/minicloud/bin/node /usr/lib/minicloud/${path} "$@"\n`;
      await writeFile(join(root, "usr", "bin", name), program, { mode: 0o755 });
    }
    await replaceIn(join(root, "DEBIAN", "control"), /^Version: .*$/m, `Version: ${version}`);
    await replaceIn(join(root, "DEBIAN", "preinst"), /^version=.*$/m, `version=${version}`);
    // It has no such option.
    const unit = join(root, "usr", "lib", "systemd", "system", "minicloud.service");
    await replaceIn(unit, / --group-role user/, "");
    const target = join(folder, `minicloud_${version}_amd64.deb`);
    await execa("dpkg-deb", ["--build", "--root-owner-group", "-Zgzip", "-z1", root, target]);
    return target;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function replaceIn(path: string, pattern: RegExp, text: string): Promise<void> {
  await writeFile(path, (await readFile(path, "utf8")).replace(pattern, text));
}
