import { readFileSync, writeFileSync } from "node:fs";
import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { hasErrno, unlessErrno } from "../../../protocol/errno";
import { messageOf } from "../../../protocol/error";
import { readKeptText } from "../../support/files/kept-file";
import type { ContainerFile } from "../driver";
import { rootfsIn } from "./configuration/configuration";
import type { Engine } from "./engine";
import { writeIntoLayer } from "./files/layer";
import type { ContainerPlace } from "./place";

const path = "/etc/resolv.conf";
/** A container's own file may be of any size. */
const mostBytes = 64 * 1024;

/** Returns the file of a container by which it finds its name servers, and notes what it says. */
export function nameServerFile(container: ContainerPlace, nameservers: readonly string[]): ContainerFile {
  const text = textOf(nameservers);
  writeFileSync(container.nameServers, text);
  return { path, content: Buffer.from(text), mode: 0o644 };
}

/** Returns whether the daemon last wrote these name servers into a container. */
export function namesServers(container: ContainerPlace, nameservers: readonly string[]): boolean {
  return isOurs(container, textOf(nameservers));
}

/**
 * Gives a container that does not run other name servers. One that changed its file itself keeps it. A failure is
 * logged: the container can do with the earlier ones.
 */
export async function changeNameServers(
  engine: Engine,
  container: ContainerPlace,
  nameservers: readonly string[],
): Promise<void> {
  try {
    const text = textOf(nameservers);
    const current = await currentText(container);
    if (current === undefined || current === text || !isOurs(container, current)) {
      return;
    }
    const rootfs = rootfsIn(await readFile(container.configuration, "utf8"));
    writeIntoLayer({ delta: container.delta, rootfs }, [nameServerFile(container, nameservers)]);
  } catch (error) {
    engine.log.warn(
      { container: container.id, err: error },
      `the name servers of a container stay as they were: ${messageOf(error)}`,
    );
  }
}

function textOf(nameservers: readonly string[]): string {
  return nameservers.map((nameserver) => `nameserver ${nameserver}\n`).join("");
}

/** Undefined where there is no such file, or the container has put a link on the way to it. */
async function currentText({ delta }: ContainerPlace): Promise<string | undefined> {
  const folder = await unlessErrno(lstat(join(delta, "etc")), "ENOENT");
  if (folder?.isDirectory() !== true) {
    return undefined;
  }
  const reading = await readKeptText(join(delta, path), mostBytes);
  return reading.outcome === "read" ? reading.value : undefined;
}

/** Earlier releases kept no note; their files have nothing but name servers. */
function isOurs({ nameServers }: ContainerPlace, current: string): boolean {
  try {
    return readFileSync(nameServers, "utf8") === current;
  } catch (error) {
    if (hasErrno(error, "ENOENT")) {
      return /^(nameserver \S+\n)*$/.test(current);
    }
    throw error;
  }
}
