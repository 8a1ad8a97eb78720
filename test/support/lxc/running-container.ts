import type { ContainerSpec, ExecRequest, ExecResult } from "../../../server/driver/driver";
import { containerSpec, execRequest, testImage } from "../../server/driver/container-spec";
import type { LxcHost } from "./lxc-host";

/** Imports the image and starts a container. */
export async function startContainer(
  { driver, tarball }: LxcHost,
  id = 500,
  overrides: Partial<ContainerSpec> = {},
): Promise<void> {
  if ((await driver.images()).length === 0) {
    await driver.importImage(testImage, tarball);
  }
  await driver.create(containerSpec(id, overrides));
  await driver.start(id);
}

/** Returns the output of a shell in container 500, and its exit code unless it is 0. */
export async function shell(
  { driver }: LxcHost,
  script: string,
  overrides: Partial<ExecRequest> = {},
): Promise<string> {
  return wordsOf(await driver.exec(500, execRequest(["sh", "-c", script], overrides)));
}

function wordsOf({ exitCode, stdout, stderr }: ExecResult): string {
  const text = Buffer.from(stdout).toString() + Buffer.from(stderr).toString();
  return exitCode === 0 ? text.trimEnd() : `${exitCode}: ${text.trimEnd()}`;
}
