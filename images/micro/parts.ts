import type { HostProgram } from "../host-programs";

/** A program of the host that the image contains. */
export interface Program extends HostProgram {
  /** The path in the image. Default: the path on the host. */
  readonly as?: string;
}

export const busybox = "/bin/busybox";
export const sshServer = "/usr/sbin/dropbear";

/** The programs to copy, with their libraries. The layout is that of Debian, where `/bin` is a link to `/usr/bin`. */
export const programs: readonly Program[] = [
  {
    path: busybox,
    debianPackage: "busybox-static",
    purpose: "the usual commands, and the shell that is init",
  },
  { path: "/bin/bash", debianPackage: "bash", purpose: "the login shell" },
  { path: sshServer, debianPackage: "dropbear-bin", purpose: "the SSH server" },
  {
    path: "/usr/lib/openssh/sftp-server",
    // The path in which Debian's dropbear searches.
    as: "/usr/lib/sftp-server",
    debianPackage: "openssh-sftp-server",
    purpose: "the server of scp and sftp",
  },
  { path: "/usr/bin/script", debianPackage: "bsdutils", purpose: "the terminal of the dashboard" },
  { path: "/usr/bin/scp", debianPackage: "openssh-client", purpose: "the server of scp before OpenSSH 9" },
];

/** The descriptions of common terminals, which editors need. */
export const terminals = [
  "d/dumb",
  "l/linux",
  "s/screen-256color",
  "t/tmux-256color",
  "v/vt100",
  "x/xterm",
  "x/xterm-256color",
].map((name) => `/lib/terminfo/${name}`);

export const folders: readonly { readonly path: string; readonly mode: number }[] = [
  { path: "/dev", mode: 0o755 },
  { path: "/etc/dropbear", mode: 0o700 },
  { path: "/home", mode: 0o755 },
  { path: "/mnt", mode: 0o755 },
  { path: "/proc", mode: 0o555 },
  { path: "/root", mode: 0o700 },
  { path: "/run", mode: 0o755 },
  { path: "/sys", mode: 0o555 },
  { path: "/tmp", mode: 0o1777 },
  { path: "/usr/local/bin", mode: 0o755 },
  { path: "/var/log", mode: 0o755 },
  { path: "/var/tmp", mode: 0o1777 },
];

/** The links, which are relative so that they have the same target on the host and in the instance. */
export const links: readonly { readonly path: string; readonly to: string }[] = [
  { path: "/bin", to: "usr/bin" },
  { path: "/sbin", to: "usr/sbin" },
  { path: "/lib", to: "usr/lib" },
  { path: "/lib64", to: "usr/lib64" },
  { path: "/var/run", to: "../run" },
];
