import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { messageOf } from "../protocol/error";
import { apt, hasAptGet, isProgram } from "./debian-packages";
import { checkout } from "./place";
import type { Say, Work } from "./step";

const compiler = "/usr/bin/cc";
/** The Debian package with LXC's header, from which the build compiles the program. */
const header = { name: "lxc-dev", file: "/usr/include/lxc/lxccontainer.h" };
const program = join(checkout, "dist", "server", "driver", "lxc", "starter", "lxc-starter");

/**
 * Has the program compiled that starts containers faster than lxc-start. Hosts do not need it, so nothing that it lacks is a
 * failure.
 */
export async function prepareStarter(_work: Work, say: Say): Promise<string> {
  if (existsSync(program)) {
    return "lxc-starter";
  }
  if (!(await isProgram(compiler))) {
    return "lxc-start; with a C compiler (apt-get install gcc libc6-dev), hosts start faster";
  }
  let complaint: string | undefined;
  try {
    if (!existsSync(header.file) && (await hasAptGet())) {
      say(`installing ${header.name}: with it, hosts start faster`);
      await apt(["install", header.name]);
    }
    const { stderr } = await execa(process.execPath, [join(checkout, "scripts", "bootstrap.mjs")]);
    complaint = stderr.split("\n").find((line) => line !== "");
  } catch (error) {
    return `lxc-start, because lxc-starter could not be compiled: ${messageOf(error).split("\n", 1)[0]}`;
  }
  return existsSync(program) ? "lxc-starter" : `lxc-start; ${complaint ?? `${header.name} is missing`}`;
}
