import { MccError } from "../../../../protocol/error";
import type { InstanceType } from "../../../../protocol/methods/instance-type";
import { toSendable } from "../../../../protocol/wire/codec";
import type { ContainerClaim, ContainerFile } from "../../driver";
import { kernelHostname } from "../../kernel-hostname";
import type { ApiInstance } from "../api/types";
import { rootDevice } from "../devices";
import type { Engine } from "../engine";
import { execute } from "../guest/exec";
import { writeFiles } from "../guest/files";
import { filesOfOwner } from "../guest/system-files";
import { type Marks, markOf } from "../instances/marks";
import { limitSettings } from "../limits";
import { resizeInstance } from "../resize";
import { claimScript, isScriptable } from "./claim-script";
import type { WaitingShell } from "./waiting-shell";

const mostOutputBytes = 4096;

/** What a claim needs. */
interface PreparedInstance {
  readonly shell: WaitingShell;
  /** The files that the instance was created with. */
  readonly former: readonly ContainerFile[];
}

/**
 * Gives an instance its owner's properties while it runs: all that a create would have given it. A shell that waits inside
 * does everything, except for other limits and name servers than those that the instance was created with.
 */
export async function claimInstance(
  engine: Engine,
  id: number,
  { shell, former }: PreparedInstance,
  as: ContainerClaim,
): Promise<void> {
  const instance = await engine.instances.known(id);
  const ipAddress = markOf(instance, "address") ?? "";
  const files = filesOfOwner({ ...as, ipAddress });
  const script = claimScript(
    kernelHostname(as.hostname),
    files.filter((file) => isScriptable(file)),
    former,
  );
  const inside = shell.isWaiting ? shell.run(script, engine.timeoutMs) : runNow(engine, id, script);
  await Promise.all([engine.instances.reaching(id, inside), changeSettings(engine, id, instance, as)]);
  const left = files.filter((file) => !isScriptable(file));
  if (left.length > 0) {
    await writeFiles(engine, id, left);
  }
}

/** In place of a shell that ended with the engine's daemon. @throws MccError `engine`. */
async function runNow(engine: Engine, id: number, script: string): Promise<void> {
  const { exitCode, stderr } = await execute(engine, id, {
    command: ["/bin/sh"],
    stdin: Buffer.from(script),
    timeoutMs: engine.timeoutMs,
    maxOutputBytes: mostOutputBytes,
  });
  if (exitCode !== 0) {
    throw new MccError(
      "engine",
      `Container ${id} could not be claimed: ${toSendable(Buffer.from(stderr).toString()).trim().replaceAll("\n", "; ")}.`,
    );
  }
}

/** The engine takes longer for a change of settings than for all the rest. */
async function changeSettings(
  engine: Engine,
  id: number,
  instance: ApiInstance,
  { name, hostname, nameservers, type }: ContainerClaim,
): Promise<void> {
  const marks: Partial<Marks> = { name, hostname, "name-servers": nameservers.join(" ") };
  if (!hasLimits(engine, instance, type) || markOf(instance, "name-servers") !== marks["name-servers"]) {
    await resizeInstance(engine, id, type, marks);
  }
}

function hasLimits(
  { settings }: Engine,
  { config, devices, ...rest }: ApiInstance,
  type: InstanceType,
): boolean {
  const imageBytes = Number(markOf({ ...rest, config }, "image-bytes") ?? 0);
  const size = rootDevice(settings, type, imageBytes)["size"];
  return (
    devices["root"]?.["size"] === size &&
    Object.entries(limitSettings(type)).every(([name, value]) => (config[name] ?? "") === value)
  );
}
