import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { unlessErrno } from "../../../../protocol/errno";
import type { Finding } from "../../driver";
import { findProgram, rootProgramPath } from "./places";
import { releaseLine } from "./root-program-text";
import { type Rule, sudoRules } from "./rules";
import { setupCommand, sudoWords } from "./sudo-command";

/**
 * Returns which rights a user lacks for a daemon with OpenVZ, in one line.
 *
 * @param path that of the root program, for tests.
 */
export async function sudoFindings(user: string, path = rootProgramPath(user)): Promise<Finding[]> {
  const remedy = `let root run once: ${setupCommand(user)}`;
  if (findProgram("sudo") === undefined) {
    return [
      {
        lacking: "the daemon does not run as root, and sudo is not installed",
        remedy: `start mccserver as root, or install sudo and ${remedy}`,
      },
    ];
  }
  const text = await unlessErrno(readFile(path, "utf8"), "ENOENT", "EACCES");
  if (text === undefined) {
    return [
      {
        lacking: `the daemon does not run as root, and root has not allowed ${user} to run OpenVZ's commands (${path} is missing)`,
        remedy: `start mccserver as root, or ${remedy}`,
      },
    ];
  }
  if (!text.includes(releaseLine())) {
    return [{ lacking: `${path} is from another version of MiniCloud`, remedy }];
  }
  const refused = await refusedCommands(user);
  return refused.length === 0
    ? []
    : [{ lacking: `sudo does not allow ${user} to run: ${refused.join(", ")}`, remedy }];
}

/** Returns an example of each kind of command that sudo does not allow. */
async function refusedCommands(user: string): Promise<string[]> {
  // Two kinds of OpenVZ have different ids of containers. The setup allows those of this host's.
  const [ofV4, ofV7] = [sudoRules("v4"), sudoRules("v7")];
  const judged = await Promise.all(
    ofV4.map(async (rule, index) => {
      const other = ofV7[index];
      const isAllowed = (await allows(user, rule)) || (other !== undefined && (await allows(user, other)));
      return isAllowed
        ? []
        : [[rule.program === "root" ? rootProgramPath(user) : rule.program, ...rule.example].join(" ")];
    }),
  );
  return judged.flat();
}

async function allows(user: string, { program, example }: Rule): Promise<boolean> {
  const path = program === "root" ? rootProgramPath(user) : (findProgram(program) ?? program);
  const { exitCode } = await execa("sudo", ["--list", ...sudoWords(path, example)], {
    reject: false,
    stdin: "ignore",
    env: { LC_ALL: "C" },
  });
  return exitCode === 0;
}
