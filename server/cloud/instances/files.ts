import type { ContainerFile } from "../../driver/driver";
import type { Keys } from "../keys";
import type { HostKey } from "./creation/host-key";
import type { InstanceRecord } from "./records/record";

/** Returns the authorized_keys file with an instance's keys. @throws MccError `not-found` for a key that does not exist. */
export function authorizedKeysFile(
  keys: Keys,
  record: Pick<InstanceRecord, "keys" | "publicKeys">,
): ContainerFile {
  return fileOf([...keys.publicKeys(record.keys), ...record.publicKeys]);
}

/** Returns the same file without the keys whose files were damaged, which must be added again. */
export function keptKeysFile(keys: Keys, record: Pick<InstanceRecord, "keys" | "publicKeys">): ContainerFile {
  return fileOf([...keys.keptPublicKeys(record.keys), ...record.publicKeys]);
}

function fileOf(lines: readonly string[]): ContainerFile {
  return {
    path: "/root/.ssh/authorized_keys",
    content: Buffer.from(lines.map((line) => `${line}\n`).join("")),
    mode: 0o600,
    folderMode: 0o700,
  };
}

/** Returns the files with the host key, at the paths that OpenSSH and Dropbear read. */
export function hostKeyFiles(hostKey: HostKey): ContainerFile[] {
  return [
    {
      path: "/etc/ssh/ssh_host_ed25519_key",
      content: hostKey.opensshPrivateKey,
      mode: 0o600,
    },
    {
      path: "/etc/ssh/ssh_host_ed25519_key.pub",
      content: Buffer.from(`${hostKey.publicKey}\n`),
      mode: 0o644,
    },
    {
      path: "/etc/dropbear/dropbear_ed25519_host_key",
      content: hostKey.dropbearPrivateKey,
      mode: 0o600,
    },
  ];
}
