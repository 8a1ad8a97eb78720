import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { FakeContainer } from "../host/fake-container";
import { ownerIn } from "../host/fake-host";
import { checkLimits } from "../host/limits";
import { Exit } from "../launcher/endings";
import type { Command } from "./command";
import { messages } from "./messages";

/** `vzctl start`. */
export async function start({ host, container }: Command): Promise<void> {
  if (container.running) {
    throw new Exit(32, "Container is already running");
  }
  if (!existsSync(container.privateArea)) {
    throw new Exit(43, `Container private area ${host.shown(container.privateArea)} does not exist`);
  }
  checkOwner(container);
  checkLimits(host, container.variables);
  await startContainer(container, { setUp: true });
}

/** Refuses a private area that belongs to another user than the container's root. */
function checkOwner({ host, privateArea, variables }: FakeContainer): void {
  if (host.localOwner === undefined) {
    return;
  }
  const { uid, gid } = variables.has("LOCAL_UID") ? ownerIn(variables) : host.localOwner;
  const owner = statSync(privateArea);
  if (owner.uid !== uid || owner.gid !== gid) {
    const said = `${owner.uid}:${owner.gid}, but configuration file says we should run with ${uid}:${gid}`;
    throw new Exit(47, `Container private area is owned by ${said}.\nRefusing to run.`);
  }
}

/** @param setUp whether it gets its addresses. */
export async function startContainer(container: FakeContainer, { setUp }: { setUp: boolean }): Promise<void> {
  const { host, variables } = container;
  host.say("Starting container...");
  container.mount();
  host.say("Container is mounted");
  await host.reach("start:mounted");
  const addresses = setUp ? (variables.get("IP_ADDRESS") ?? "") : "";
  if (addresses !== "") {
    host.say(`Adding IP address(es): ${addresses}`);
  }
  container.traces.make();
  await host.reach("start:prepared").catch((error: unknown) => {
    // The first process could not be started, so vzctl finds nothing to kill.
    container.unmount();
    throw error;
  });
  const pid = await container.process.start(
    container.privateArea,
    container.shifted ? "" : (variables.get("HOSTNAME") ?? "localhost"),
    addresses === "" ? "" : "venet0",
  );
  container.traces.enter(
    pid,
    addresses.split(" ").filter((address) => address !== ""),
  );
  const prestart = host.distributionScript(variables.get("OSTEMPLATE") ?? "", "PRE_START");
  if (setUp && container.shifted && prestart !== undefined) {
    await fail(container, 79);
  }
  host.say("Container start in progress...");
  await host.reach("start:running");
}

/** A start that fails after the first process exists. */
async function fail(container: FakeContainer, exitCode: number): Promise<never> {
  const { host } = container;
  host.complain('Container start failed (try to check kernel messages, e.g. "dmesg | tail")');
  host.say("Killing container ...");
  await container.process.kill();
  container.traces.remove();
  host.say("Container was stopped");
  container.unmount();
  host.say("Container is unmounted");
  throw new Exit(exitCode);
}

/** `vzctl stop`. */
export async function stop({ host, container, options }: Command): Promise<void> {
  if (!container.running) {
    host.complain("Unable to stop: container is not running");
    return;
  }
  const fast = options.some(([name]) => name === "fast");
  if (!fast) {
    host.say("Stopping container ...");
    await host.reach("stop:asked");
  }
  if (fast || !host.behaviour.haltsCleanly) {
    if (!fast) {
      host.complain("Child 31226 exited with status 3");
    }
    host.say("Killing container ...");
  }
  await container.process.kill();
  if (host.behaviour.unifiedGroups) {
    // After two minutes.
    host.complain("Failed to wait for CT tasks to die");
    throw new Exit(33, "Unable to stop container: operation timed out");
  }
  if (fast || !host.behaviour.haltsCleanly) {
    container.traces.remove();
  }
  host.say("Container was stopped");
  await host.reach("stop:stopped");
  container.unmount();
  host.say("Container is unmounted");
}

/** `vzctl restart`. */
export async function restart(command: Command): Promise<void> {
  command.host.say("Restarting container");
  if (command.container.running) {
    await stop(command);
  }
  await start(command);
}

/** `vzctl mount`. */
export function mount({ host, container }: Command): void {
  if (container.mounted) {
    host.complain("Container is already mounted");
    return;
  }
  if (!existsSync(container.privateArea)) {
    throw new Exit(43, `Container private area ${host.shown(container.privateArea)} does not exist`);
  }
  container.mount();
  host.say("Container is mounted");
}

/** `vzctl umount`. */
export function unmount({ host, container }: Command): void {
  if (container.running) {
    throw new Exit(32, "Container is running -- stop it first");
  }
  if (!container.mounted) {
    throw new Exit(40, "CT is not mounted");
  }
  container.unmount();
  host.say("Container is unmounted");
}

/** `vzctl destroy`: the private area is put aside and then removed, the configuration kept under another name. */
export async function destroy({ host, container }: Command): Promise<void> {
  if (container.running) {
    host.say("Container is currently running. Stop it first.");
    throw new Exit(32);
  }
  if (container.mounted) {
    host.say("Container is currently mounted (umount first)");
    throw new Exit(41);
  }
  host.say(`Destroying container private area: ${host.shown(container.privateArea)}`);
  const aside = join(host.root, messages[host.behaviour.generation].aside);
  if (existsSync(container.privateArea)) {
    await host.reach("destroy:moving").catch((error: unknown) => {
      if (host.behaviour.generation === "v4") {
        // It goes on to the configuration whatever came of the rest.
        renameSync(container.configuration, `${container.configuration}.destroyed`);
      }
      throw error;
    });
    renameSync(container.privateArea, join(aside, `vzctl-rm-me.${container.ctid}.${host.command.pid}`));
    await host.reach("destroy:moved");
    // All that exist, also the remains of a killed destroy.
    // As the real one does: it goes into whatever is mounted there, and takes paths of any length.
    // Another vzctl that holds the lock removes them later.
    if (!existsSync(join(aside, "rm.lck"))) {
      readdirSync(aside).forEach((name) => execFileSync("rm", ["-rf", join(aside, name)]));
    }
  }
  renameSync(container.configuration, `${container.configuration}.destroyed`);
  await host.reach("destroy:configuration");
  if (existsSync(container.root) && readdirSync(container.root).length === 0) {
    rmSync(container.root, { recursive: true });
  }
  host.say("Container private area was destroyed");
  host.unlinkNames(container.ctid);
}

/** `vzctl status`, which is content with any ctid. */
export function status({ host, container }: Command, line: (ctid: string, rest: string) => string): void {
  if (!existsSync(container.root)) {
    host.complain(`stat(${host.shown(container.root)}): No such file or directory`);
  }
  const words = [
    container.configured && existsSync(container.privateArea) ? "exist" : "deleted",
    container.mounted ? "mounted" : "unmounted",
    container.running ? "running" : "down",
  ];
  host.say(line(container.ctid, words.join(" ")));
}
