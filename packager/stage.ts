import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import * as z from "zod";
import { commandTable } from "../cli/command-table";
import { completionScript } from "../cli/completion/shells";
import { manualPages } from "./manual-pages";
import { copyProductionModules } from "./production-modules";
import { type Architecture, architectures, nodeRuntime } from "./runtime";

const run = promisify(execFile);
/** Where the installed package has its program files. */
const home = "/usr/lib/minicloud";
const doc = "/usr/share/doc/minicloud";
const manifestSchema = z.object({ bin: z.record(z.string(), z.string()) });

interface Stage {
  readonly checkout: string;
  /** The folder that becomes `/` of the host. */
  readonly root: string;
  /** A folder for temporary files. */
  readonly work: string;
  readonly arch: Architecture;
  readonly version: string;
}

interface StarterStage extends Pick<Stage, "checkout" | "arch"> {
  /** The package's program files. */
  readonly target: string;
}

/** Writes every file of the installed package below `root`. */
export async function stageFiles(stage: Stage): Promise<void> {
  await stagePrograms(stage);
  await stageCommands(stage);
  await stageCompletions(stage);
  await stagePages(stage);
  await stageConfiguration(stage);
}

/** What `npm pack` packs, what that needs at run time, and Node. */
async function stagePrograms({ checkout, root, work, arch, version }: Stage): Promise<void> {
  const target = join(root, home);
  await mkdir(target, { recursive: true });
  const packing = ["pack", "--ignore-scripts", "--loglevel=error", `--pack-destination=${work}`];
  await run("npm", packing, { cwd: checkout });
  const [tarball = ""] = (await readdir(work)).filter((name) => name.endsWith(".tgz"));
  const extraction = ["--extract", "--gzip", `--file=${join(work, tarball)}`, `--directory=${target}`];
  await run("tar", [...extraction, "--strip-components=1", "--no-same-owner", "--exclude=*.d.ts"]);
  const manifest = z.looseObject({}).parse(JSON.parse(await readFile(join(target, "package.json"), "utf8")));
  await writeFile(
    join(target, "package.json"),
    `${JSON.stringify({ ...manifest, version }, undefined, 2)}\n`,
  );
  await copyProductionModules(checkout, target);
  await stageStarter({ checkout, target, arch });
  const runtime = await nodeRuntime(arch);
  await mkdir(join(target, "bin"));
  await cp(join(runtime, "bin", "node"), join(target, "bin", "node"));
  await cp(join(runtime, "LICENSE"), join(target, "bin", "LICENSE"));
}

/** A build compiles the program for its own processor. Without it, lxc-start starts the containers. */
async function stageStarter({ checkout, target, arch }: StarterStage): Promise<void> {
  const file = "dist/server/driver/lxc/starter/lxc-starter";
  if (architectures[arch] === `node-linux-${process.arch}` && existsSync(join(checkout, file))) {
    await cp(join(checkout, file), join(target, file));
  } else {
    console.error(
      `The package for ${arch} has no lxc-starter: containers of LXC start slower. Build it on such a machine, with lxc-dev.`,
    );
  }
}

async function stageCommands({ checkout, root }: Stage): Promise<void> {
  const { bin } = manifestSchema.parse(JSON.parse(await readFile(join(checkout, "package.json"), "utf8")));
  for (const [name, path] of Object.entries(bin)) {
    const program = join(root, "/usr/bin", name);
    await write(program, `#!/bin/sh\nexec ${home}/bin/node ${join(home, path)} "$@"\n`);
    await chmod(program, 0o755);
  }
}

/** Bash and fish load the file with the name of the command, so each command needs one. */
async function stageCompletions({ root }: Stage): Promise<void> {
  const standalone = commandTable.filter((row) => row.standalone).map(({ name }) => `mcc-${name}`);
  const programs = ["mcc", ...standalone];
  const bash = join(root, "/usr/share/bash-completion/completions");
  const fish = join(root, "/usr/share/fish/vendor_completions.d");
  await write(join(bash, "mcc"), `${completionScript("bash", programs)}\n`);
  await write(join(fish, "mcc.fish"), `${completionScript("fish", programs)}\n`);
  for (const name of standalone) {
    await symlink("mcc", join(bash, name));
    await symlink("mcc.fish", join(fish, `${name}.fish`));
  }
  // Zsh runs the file at the first completion, so it also has to complete that time.
  const zsh = `#compdef ${programs.join(" ")}\n${completionScript("zsh", programs)}\n_mcc "$@"\n`;
  for (const folder of ["vendor-completions", "site-functions"]) {
    await write(join(root, "/usr/share/zsh", folder, "_mcc"), zsh);
  }
}

async function stagePages({ checkout, root, version }: Stage): Promise<void> {
  for (const [name, page] of Object.entries(manualPages(version))) {
    await write(join(root, "/usr/share/man", `man${name.slice(-1)}`, `${name}.gz`), compressed(page));
  }
  await write(join(root, doc, "copyright"), await readFile(join(checkout, "LICENSE")));
  await write(
    join(root, doc, "changelog.gz"),
    compressed(await readFile(join(checkout, "CHANGELOG.md"), "utf8")),
  );
  // They are in `doc`.
  await Promise.all(["LICENSE", "CHANGELOG.md"].map((name) => rm(join(root, home, name), { force: true })));
}

async function stageConfiguration({ checkout, root }: Stage): Promise<void> {
  const unit = join(checkout, "packaging", "minicloud.service");
  await write(join(root, "/usr/lib/systemd/system/minicloud.service"), await readFile(unit));
}

function compressed(text: string): Buffer {
  return gzipSync(text, { level: 9 });
}

async function write(path: string, contents: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}
