import { existsSync } from "node:fs";
import { join } from "node:path";
import { Exit } from "../launcher/endings";
import type { Command } from "./command";
import { messages } from "./messages";
import { takeName } from "./name";
import { startContainer } from "./run-state";

/** Options that are kept in the configuration as they are. */
const plainVariables: Readonly<Record<string, string>> = {
  description: "DESCRIPTION",
  hostname: "HOSTNAME",
  cpus: "CPUS",
  cpulimit: "CPULIMIT",
  cpuunits: "CPUUNITS",
  diskspace: "DISKSPACE",
  diskinodes: "DISKINODES",
  numproc: "NUMPROC",
  physpages: "PHYSPAGES",
  privvmpages: "PRIVVMPAGES",
  kmemsize: "KMEMSIZE",
  ram: "PHYSPAGES",
  swap: "SWAPPAGES",
  swappages: "SWAPPAGES",
  onboot: "ONBOOT",
  ostemplate: "OSTEMPLATE",
  disabled: "DISABLED",
  features: "FEATURES",
  netif_add: "NETIF",
};
const listVariables: Readonly<Record<string, string>> = {
  nameserver: "NAMESERVER",
  searchdomain: "SEARCHDOMAIN",
};

/** `vzctl set`. */
export async function set(command: Command): Promise<void> {
  const { host, container, options } = command;
  const given = new Map(options);
  const save = given.has("save");
  if (given.has("name") && !save) {
    const { nameTaken } = messages[host.behaviour.generation];
    throw new Exit(nameTaken, "Error: unable to use --name option without --save");
  }
  await takeName(host, container.ctid, given.get("name"));
  if (given.has("userpasswd")) {
    await setPassword(command);
    return;
  }
  const addresses = changeAddresses(command);
  await host.reach("set:applied");
  if (!save) {
    const when = container.running ? "and will be lost after CT restart " : "";
    host.say(`WARNING: Settings were not saved to config ${when}(use --save flag)`);
    return;
  }
  if (!container.configured) {
    host.complain(`WARNING: ${host.shown(container.configuration)} not found: No such file or directory`);
  }
  const changes: Record<string, string | undefined> = { NAME: given.get("name"), IP_ADDRESS: addresses };
  for (const [name, value] of options) {
    const variable = plainVariables[name];
    if (variable !== undefined) {
      changes[variable] = value;
    }
  }
  for (const [name, variable] of Object.entries(listVariables)) {
    changes[variable] = valuesOf(command, name).join(" ") || undefined;
  }
  container.save(changes);
  host.say(messages[host.behaviour.generation].saved(container.ctid, host.shown(container.configuration)));
}

/** Into a stopped container by starting it, which is why nobody should. */
async function setPassword({ host, container }: Command): Promise<void> {
  const wasRunning = container.running;
  if (!wasRunning) {
    await startContainer(container, { setUp: false });
  }
  const programs = ["bin", "sbin", "usr/bin", "usr/sbin"].map((folder) =>
    join(container.privateArea, folder, "chpasswd"),
  );
  const hasProgram = programs.some((path) => existsSync(path));
  if (!hasProgram) {
    host.say("main: line 510: chpasswd: command not found\nPassword change failed");
  }
  if (!wasRunning) {
    host.say("Killing container ...");
    await container.process.kill();
    container.traces.remove();
    host.say("Container was stopped");
    container.unmount();
    host.say("Container is unmounted");
  }
  if (!hasProgram) {
    throw new Exit(74);
  }
}

/** @returns what the configuration then holds; undefined for no change. */
function changeAddresses(command: Command): string | undefined {
  const { host, container } = command;
  const [added, removed] = [valuesOf(command, "ipadd"), valuesOf(command, "ipdel")];
  if (added.length + removed.length === 0) {
    return undefined;
  }
  if (removed.includes("all") && container.running && !host.behaviour.openvzKernel) {
    const unsaved = "Error: failed to apply some parameters, not saving configuration file!";
    throw new Exit(100, `Unable to open /proc/vz/veinfo: No such file or directory\n${unsaved}`);
  }
  const before = (container.variables.get("IP_ADDRESS") ?? "").split(" ").filter((address) => address !== "");
  const kept = removed.includes("all") ? [] : before.filter((address) => !removed.includes(address));
  if (container.running && removed.length > 0) {
    host.say(`Deleting IP address(es): ${removed.join(" ")}`);
  }
  if (container.running && added.length > 0) {
    host.say(`Adding IP address(es): ${added.join(" ")}`);
    // The distribution's script, in an image that is no distribution.
    if (!existsSync(join(container.privateArea, "etc/init.d/network"))) {
      host.complain("main: line 707: /etc/init.d/network: No such file or directory");
    }
  }
  return [...kept, ...added].join(" ");
}

function valuesOf({ options }: Command, wanted: string): string[] {
  return options.filter(([name]) => name === wanted).map(([, value]) => value);
}
