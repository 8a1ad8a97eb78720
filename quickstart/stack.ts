import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../protocol/error";
import { startDaemon } from "./daemon";
import { writeEnvironment } from "./environment-file";
import { readHosts } from "./hosts";
import { checkout, stackName } from "./place";
import { askPulumi, runPulumi } from "./pulumi";
import type { Say, Work } from "./step";

/** Runs `pulumi up` on the checkout's own program. */
export async function updateStack(work: Work, say: Say): Promise<string> {
  await prepareStack(work);
  const publicKey = (await readFile(work.place.publicKey, "utf8")).trim();
  say("pulumi up");
  await runPulumi(work, [
    "up",
    "--yes",
    "--skip-preview",
    "--suppress-outputs",
    "--config",
    `publicKey=${publicKey}`,
  ]);
  return `${(await readHosts(work)).length}, declared in examples/quickstart.ts`;
}

/** Runs `pulumi destroy` on the hosts of an earlier run. Starts the daemon if necessary. */
export async function destroyStack(work: Work, say: Say): Promise<string> {
  if (!existsSync(work.place.stackConfiguration)) {
    return "no hosts";
  }
  try {
    await startDaemon(work);
    say("pulumi destroy");
    await runPulumi(work, ["destroy", "--yes", "--skip-preview", "--remove"]);
    return "destroyed";
  } catch (error) {
    // The next step removes the hosts with the daemon's state folder.
    return `pulumi destroy failed, so the hosts are removed without it (${messageOf(error)})`;
  }
}

/** Creates the stack in the quickstart's folder, because pulumi stores its secrets next to the project file. */
async function prepareStack(work: Work): Promise<void> {
  const { place } = work;
  await writeEnvironment(work);
  if (existsSync(place.stackConfiguration)) {
    return;
  }
  await mkdir(place.backend, { recursive: true, mode: 0o700 });
  if (!existsSync(place.passphrase)) {
    await writeFile(place.passphrase, randomBytes(24).toString("base64url"), { mode: 0o600 });
  }
  await copyFile(join(checkout, "Pulumi.yaml"), join(place.folder, "Pulumi.yaml"));
  await askPulumi(work, ["stack", "select", "--create", stackName], place.folder);
}
