import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import type { FakeContainer } from "../host/fake-container";
import { Exit } from "../launcher/endings";
import { messages } from "./messages";

type Action = "exec" | "exec2" | "exec3" | "runscript";

/** `vzctl exec`, `exec2`, `exec3` and `runscript`. */
export async function runInGuest(
  action: Action,
  container: FakeContainer,
  words: readonly string[],
): Promise<void> {
  const { host } = container;
  if (words.length === 0) {
    throw new Exit(20, "No command line given for exec");
  }
  host.announceKernel();
  if (!container.running) {
    throw new Exit(action === "exec" ? 8 : 31, "Container is not running");
  }
  const exitCode = await (action === "runscript"
    ? runScript(container, words[0] ?? "")
    : run(action, container, words));
  if (exitCode !== 0) {
    throw new Exit(action === "exec" ? 8 : exitCode);
  }
}

async function run(
  action: Exclude<Action, "runscript">,
  container: FakeContainer,
  words: readonly string[],
): Promise<number> {
  // Joined with blanks and handed to a shell: the hole that exec3 does not have.
  const joined = words.map((word) => `${word === "" ? "''" : word} `).join("");
  const shell = hasProgram(container, "/bin/bash") ? "/bin/bash" : "/bin/sh";
  const command = action === "exec3" ? words : words[0] === "-" ? [shell] : [shell, "-c", joined];
  const [program = ""] = command;
  if (!hasProgram(container, program)) {
    const { exitCode, said } = messages[container.host.behaviour.generation].noProgram(program);
    said.forEach((line) => container.host.complain(line));
    return exitCode;
  }
  const ended = await container.process.run(command);
  if (typeof ended === "string") {
    container.host.complain(`Got signal ${ended}`);
    return 3;
  }
  return ended;
}

/** As vzctl looks for it; where a link leads is not looked at. */
function hasProgram({ privateArea }: FakeContainer, program: string): boolean {
  const places = program.startsWith("/") ? [""] : ["bin", "sbin", "usr/bin", "usr/sbin"];
  return places.some(
    (place) => lstatSync(join(privateArea, place, program), { throwIfNoEntry: false }) !== undefined,
  );
}

/** A script of the host's, read by the container's shell on standard input. */
async function runScript({ host, process: guest }: FakeContainer, path: string): Promise<number> {
  const own = join(host.root, path);
  const ended = await guest.runScript("/bin/bash", existsSync(own) ? own : path);
  return typeof ended === "string" ? 3 : ended;
}
