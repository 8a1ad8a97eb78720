import { access, readFile } from "node:fs/promises";
import { unlessErrno } from "../../../../protocol/errno";

/** What this host has to confine containers, in addition to user namespaces. */
export interface Confinement {
  /** LXC's list of the system calls that containers may not make. */
  readonly seccompProfile: string | undefined;
  /** The names of the loaded AppArmor profiles; undefined if the kernel has no AppArmor. */
  readonly appArmorProfiles: ReadonlySet<string> | undefined;
}

export const lxcConfiguration = "/usr/share/lxc/config";
const seccompList = `${lxcConfiguration}/common.seccomp`;
/** LXC's profiles, by whether systemd runs inside, which may mount more. */
const appArmorProfile = { true: "lxc-container-default-with-nesting", false: "lxc-container-default-cgns" };

export async function readConfinement(): Promise<Confinement> {
  const hasSeccompProfile = await unlessErrno(
    access(seccompList).then(() => true),
    "ENOENT",
  );
  const appArmor = await readIfThere("/sys/module/apparmor/parameters/enabled");
  const loaded = await readIfThere("/sys/kernel/security/apparmor/profiles");
  return {
    seccompProfile: hasSeccompProfile === true ? seccompList : undefined,
    appArmorProfiles:
      appArmor?.trim() === "Y"
        ? new Set((loaded ?? "").split("\n").map((line) => line.split(" ")[0] ?? ""))
        : undefined,
  };
}

/** Returns the lines of a container's configuration that confine it. */
export function confinementLines(
  { seccompProfile, appArmorProfiles }: Confinement,
  systemd: boolean,
): string[] {
  const profile = appArmorProfile[`${systemd}`];
  return [
    ...(seccompProfile === undefined ? [] : [`lxc.seccomp.profile = ${seccompProfile}`]),
    ...(appArmorProfiles === undefined
      ? []
      : [`lxc.apparmor.profile = ${appArmorProfiles.has(profile) ? profile : "unconfined"}`]),
  ];
}

/** Returns what usually confines containers and is missing on this host, each with the remedy. */
export function confinementGaps({ seccompProfile, appArmorProfiles }: Confinement): string[] {
  const missing = Object.values(appArmorProfile).filter(
    (profile) => appArmorProfiles?.has(profile) === false,
  );
  return [
    ...(seccompProfile === undefined
      ? [
          `containers may make any system call because ${seccompList} is missing; restore it: apt install --reinstall lxc`,
        ]
      : []),
    ...(missing.length > 0
      ? [
          `containers run without AppArmor because the profile ${missing.join(" and ")} is not loaded; load it: apparmor_parser -r /etc/apparmor.d/lxc-containers`,
        ]
      : []),
  ];
}

async function readIfThere(path: string): Promise<string | undefined> {
  return await unlessErrno(readFile(path, "utf8"), "ENOENT");
}
