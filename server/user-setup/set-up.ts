import { dirname } from "node:path";
import { execa } from "execa";
import { MccError } from "../../protocol/error";
import { allUserSettings, type UserSettings } from "../support/ordinary-user";
import { type Change, changesFor } from "./changes";
import { helperPath } from "./files";
import { refuseNetworksOfHost } from "./host-networks";
import { lackingForSetup } from "./lacking";
import { hasRunningParts, processesOf, removeRunningParts } from "./running-parts";
import { linkOf, type SetupRequest, settingsFor } from "./settings";

/** How a setup or a removal reports and limits its work. */
export interface Manner {
  /** Changes nothing, and reports the changes that it would make. */
  readonly dryRun: boolean;
  readonly say: (line: string) => void;
}

/**
 * Lets a user run the daemon with LXC. Reports each change. Repeatable: what is in place stays.
 *
 * @throws MccError `forbidden` for other users than root; `unavailable` that lists what the host lacks; the errors of
 * `settingsFor`; `conflict` if running instances use the settings that would change.
 */
export async function setUpUser(request: SetupRequest, { dryRun, say }: Manner): Promise<void> {
  requireRoot("--setup-user");
  await lackingForSetup();
  const settings = await settingsFor(request);
  await refuseNetworksOfHost(settings.range, linkOf(settings));
  const changes = await pending(settings);
  // With other settings, the namespaces of earlier ones cannot be used.
  const differs = changes.some(isSettings) && (await hasRunningParts(settings));
  if (differs) {
    await refuseWhileRunning(settings, "changing the settings");
  }
  for (const change of changes) {
    say(`${dryRun ? "would create" : "created"} ${change.what}`);
    if (!dryRun) {
      await change.make();
    }
  }
  if (dryRun) {
    return;
  }
  if (differs) {
    await removeRunningParts(settings);
  }
  await tryOut(settings);
  say(`the user ${settings.name} can run mccserver, with instances in ${settings.range}`);
}

/**
 * Removes everything that a setup created. Reports each change.
 *
 * @returns false for a user that was not set up.
 * @throws MccError `conflict` while processes of the user's daemon or instances run.
 */
export async function removeUser(name: string, { dryRun, say }: Manner): Promise<boolean> {
  requireRoot("--remove-user");
  const settings = allUserSettings().find((each) => each.name === name);
  if (settings === undefined) {
    return false;
  }
  await refuseWhileRunning(settings, "removing the setup");
  if (await hasRunningParts(settings)) {
    say(`${dryRun ? "would remove" : "removed"} the namespaces, the network and the cgroups of ${name}`);
    if (!dryRun) {
      await removeRunningParts(settings);
    }
  }
  // The settings last, so that a removal that was interrupted can be repeated.
  const changes = changesFor(settings).reverse();
  for (const change of [...changes.filter((each) => !isSettings(each)), ...changes.filter(isSettings)]) {
    if (!(await change.exists())) {
      continue;
    }
    if (dryRun) {
      say(`would remove ${change.what}`);
    } else if (await change.undo()) {
      say(`removed ${change.what}`);
    } else {
      say(`${change.what} has files and stays; to remove them: rm -r ${dirname(settings.stateFolder)}`);
    }
  }
  return true;
}

function isSettings({ what }: Change): boolean {
  return what.endsWith("/settings.json");
}

async function pending(settings: UserSettings): Promise<Change[]> {
  const changes: Change[] = [];
  for (const change of changesFor(settings)) {
    if (!(await change.isMade())) {
      changes.push(change);
    }
  }
  return changes;
}

/** Runs the program as root does for the user, so that its errors appear now. */
async function tryOut({ name }: UserSettings): Promise<void> {
  const result = await execa(helperPath(name), ["true"], { reject: false, extendEnv: false, env: {} });
  if (result.failed) {
    const { stderr, shortMessage } = result;
    throw new MccError("engine", `${helperPath(name)} failed: ${stderr.trim() || shortMessage}.`);
  }
}

async function refuseWhileRunning(settings: UserSettings, what: string): Promise<void> {
  const [pid] = await processesOf(settings);
  if (pid !== undefined) {
    throw new MccError(
      "conflict",
      `The daemon of ${settings.name} or its instances run (process ${pid}), and ${what} would cut them off; nothing was changed. Let ${settings.name} stop the daemon and run mccserver --purge first.`,
    );
  }
}

/** @throws MccError `forbidden` for other users than root. */
export function requireRoot(option: string): void {
  if (process.getuid?.() !== 0) {
    throw new MccError("forbidden", `Only root can use ${option}; run it with sudo.`);
  }
}
