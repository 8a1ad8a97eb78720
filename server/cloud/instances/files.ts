import type { ContainerFile } from "../../driver/driver";
import type { HostKey } from "./creation/host-key";

/** Returns the files with the host key, at the paths that OpenSSH and Dropbear read. */
export function hostKeyFiles(hostKey: HostKey): ContainerFile[] {
  return [
    {
      path: "/etc/ssh/ssh_host_ed25519_key",
      content: hostKey.opensshPrivateKey,
      mode: 0o600,
      readBy: "openssh",
    },
    {
      path: "/etc/ssh/ssh_host_ed25519_key.pub",
      content: Buffer.from(`${hostKey.publicKey}\n`),
      mode: 0o644,
      readBy: "openssh",
    },
    {
      path: "/etc/dropbear/dropbear_ed25519_host_key",
      content: hostKey.dropbearPrivateKey,
      mode: 0o600,
      readBy: "dropbear",
    },
  ];
}
