import { join } from "node:path";
import { MccError } from "../../../../protocol/error";
import { engineWords } from "../commands/engine-words";
import { hostsPath, hostsTarget } from "../configuration/configuration";
import type { Engine } from "../engine";
import { attach } from "../exec";
import { type Layers, linkInLayer } from "../files/layer";
import type { ContainerPlace } from "../place";
import { inEtc } from "./etc-folder";
import { readHosts, replaceText } from "./own-hosts";

/** The time limit for a program in the container, which may be frozen or out of memory. */
const timeoutMs = 10_000;

/**
 * Runs in the container, so that no link there leads to a file of the host. Each step is a rename, so a reader finds a
 * complete file. A container whose folder is read-only has the shared file of release 0.1.0.
 */
const restoreInside = `set -efu
[ -f /etc/hosts ] && [ ! -L /etc/hosts ] && [ -w /etc/minicloud ] || exit 0
umask 022
cat /etc/hosts >/etc/minicloud/.hosts.restored
mv -f /etc/minicloud/.hosts.restored /etc/minicloud/hosts
ln -sf ${hostsTarget} /etc/.hosts.restored
mv -f /etc/.hosts.restored /etc/hosts
`;

/** Makes the file in the place of the link /etc/hosts the hosts file of a running container, and restores the link. */
export async function restoreLinkInside(engine: Engine, container: ContainerPlace): Promise<void> {
  const { exitCode, stderr } = await attach(engine, container, {
    command: ["/bin/sh", "-c", restoreInside],
    stdin: Buffer.alloc(0),
    timeoutMs,
    maxOutputBytes: 4096,
  });
  if (exitCode !== 0) {
    const words = engineWords(Buffer.from(stderr).toString());
    throw new MccError("engine", `The link ${hostsPath} could not be restored in the container: ${words}.`);
  }
}

/** Does the same for a container that does not run. */
export function restoreLinkInLayer({ hosts }: ContainerPlace, layers: Layers): void {
  const text = inEtc(layers.delta, (etc) => readHosts(join(etc, "hosts")));
  if (text !== undefined) {
    replaceText(hosts, text);
    linkInLayer(layers, hostsPath, hostsTarget);
  }
}
