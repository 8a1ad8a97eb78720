import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { FakeContainer } from "../host/fake-container";
import type { FakeHost } from "../host/fake-host";
import { Exit } from "../launcher/endings";
import type { Command } from "./command";
import { create } from "./create";
import { runInGuest } from "./guest";
import { messages } from "./messages";
import { type GivenOptions, optionTables, parseOptions } from "./options";
import { destroy, mount, restart, start, status, stop, unmount } from "./run-state";
import { set } from "./set";
import { usage } from "./usage";

/** Commands that lock the container. */
const lockingCommands: Readonly<Record<string, (command: Command) => Promise<void> | void>> = {
  create,
  set,
  start,
  stop,
  restart,
  mount,
  umount: unmount,
  destroy,
};
const guestCommands = ["exec", "exec2", "exec3", "runscript"] as const;
/** Commands that are content with a container that does not exist. */
const undemanding = ["create", "set", "status"];

/** A vzctl that needs no OpenVZ. It behaves as the recorded runs show. */
export async function vzctl(host: FakeHost): Promise<void> {
  const { generation } = host.behaviour;
  const [action, ctid, ...rest] = host.command.words;
  if (action === undefined) {
    throw new Exit(20, usage);
  }
  if (action === "--version") {
    host.say(messages[generation].version);
    return;
  }
  await host.reach(action);
  const guestCommand = guestCommands.find((command) => command === action);
  if (lockingCommands[action] === undefined && guestCommand === undefined && action !== "status") {
    throw new Exit(20, `Bad command: ${action}`);
  }
  if (ctid === undefined) {
    throw new Exit(21, "CT ID missing");
  }
  const container = new FakeContainer(host, ctidOf(host, ctid));
  const table = optionTables[generation][action] ?? { withValue: [], flags: [] };
  const options = guestCommand === undefined ? parseOptions(rest, table) : [];
  refuseBadValues(host, options);
  if (!container.configured && !undemanding.includes(action)) {
    throw new Exit(14, messages[generation].noConfiguration);
  }
  if (guestCommand !== undefined) {
    await runInGuest(guestCommand, container, rest);
  } else if (action === "status") {
    status({ host, container, options }, messages[generation].status);
  } else {
    await runLocked(action, { host, container, options });
  }
}

async function runLocked(action: string, command: Command): Promise<void> {
  const { host, container } = command;
  host.announceKernel();
  const holder = host.lock(container.ctid);
  if (holder !== undefined) {
    throw new Exit(9, messages[host.behaviour.generation].locked(holder, commandLineOf(holder)));
  }
  try {
    await host.reach(`${action}:locked`);
    await lockingCommands[action]?.(command);
    await host.takeItsTime(action);
    await host.reach(`${action}:done`);
    host.unlock(container.ctid);
  } catch (error) {
    if (error instanceof Exit) {
      host.unlock(container.ctid);
    }
    throw error;
  }
}

/** As much of it as vzctl shows; empty for a process that has ended in the meantime. */
function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").slice(0, 511).replaceAll("\0", " ").trimEnd();
  } catch {
    return "";
  }
}

/** A number, or in v7 a UUID; anything else is a name. */
function ctidOf(host: FakeHost, word: string): string {
  const isCtid = /^\d+$/.test(word) || (host.behaviour.generation === "v7" && /^[0-9a-f-]{36}$/.test(word));
  const ctid = isCtid ? word : host.ctidOfName(word);
  if (ctid === undefined) {
    throw new Exit(21, `Bad CT ID ${word}`);
  }
  return ctid;
}

function refuseBadValues({ behaviour }: FakeHost, options: GivenOptions): void {
  for (const [name, value] of options) {
    if (["ipadd", "ipdel"].includes(name) && !isIPv4(value.replace(/\/\d+$/, "")) && value !== "all") {
      throw new Exit(21, `Bad parameter for --${name}: ${value}`);
    }
    if (["ram", "swap"].includes(name) && behaviour.generation === "v4" && !behaviour.vswap) {
      throw new Exit(
        3,
        "Error: kernel does not support vswap, unable to use --ram/--swap parameters\nError parsing options",
      );
    }
  }
}
