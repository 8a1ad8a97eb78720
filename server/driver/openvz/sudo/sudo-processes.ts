import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { unlessErrno } from "../../../../protocol/errno";
import { killProcess } from "../../../support/processes";
import { environmentOf, membersOf } from "../commands/earlier-commands";

const patienceMs = 5000;
const pauseMs = 20;
const engineCommand = /^SUDO_COMMAND=\S*\/(vzctl|vzlist|ip)( |$)/;

/** Returns whether sudo started a process with this environment for a user, and it is one of the engine's programs. */
export function startedBy(uid: number, environment: readonly string[]): boolean {
  return (
    environment.includes(`SUDO_UID=${uid}`) && environment.some((variable) => engineCommand.test(variable))
  );
}

/**
 * Kills a process group if a program of the engine in it was started by sudo for the user. Waits a moment for sudo, which
 * may not have started it yet.
 */
export async function killSudoCommand(group: number, uid: number): Promise<void> {
  const giveUpAt = Date.now() + patienceMs;
  for (let members = await membersOf(group); members.length > 0; members = await membersOf(group)) {
    const environments = await Promise.all(members.map(environmentOf));
    if (environments.some((environment) => startedBy(uid, environment))) {
      killProcess(-group);
      return;
    }
    const isStarting = (await Promise.all(members.map(isSudo))).includes(true);
    if (!isStarting || Date.now() > giveUpAt) {
      return;
    }
    await pause(pauseMs);
  }
}

async function isSudo(pid: number): Promise<boolean> {
  return (await unlessErrno(readFile(`/proc/${pid}/comm`, "utf8"), "ENOENT", "ESRCH")) === "sudo\n";
}
