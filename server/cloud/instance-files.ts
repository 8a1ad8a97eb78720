import type { ContainerFile } from "../driver/driver";
import type { HostKey } from "./host-key";

/** The file that lets the keys' owners in. */
export function authorizedKeysFile(publicKeys: readonly string[]): ContainerFile {
  return {
    path: "/root/.ssh/authorized_keys",
    content: Buffer.from(publicKeys.map((key) => `${key}\n`).join("")),
    mode: 0o600,
    folderMode: 0o700,
  };
}

/** The host key where OpenSSH and Dropbear look for it. */
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
