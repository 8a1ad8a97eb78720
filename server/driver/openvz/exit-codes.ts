import type { ErrorCode } from "../../../protocol/error";

/** What the driver acts upon; everything else is only told. */
export type ExitKind =
  | "locked"
  | "no-container"
  | "not-running"
  | "running"
  | "mounted"
  | "bad-command"
  | "ctid-taken"
  | "other";

/** What an exit code of vzctl's means, and what to do. */
export interface ExitMeaning {
  readonly exitCode: number;
  /** Tells two meanings of one exit code apart; found in what vzctl wrote. */
  readonly says?: RegExp;
  readonly kind?: ExitKind;
  readonly code: ErrorCode;
  readonly meaning: string;
  readonly remedy: string;
}

const row = (
  exitCode: number,
  code: ErrorCode,
  meaning: string,
  remedy: string,
  more: { kind?: ExitKind; says?: RegExp } = {},
): ExitMeaning => ({ exitCode, code, meaning, remedy, ...more });

const report = "look at /var/log/vzctl.log on the host";
const retry = "try again";
const defect = "this vzctl does not understand MiniCloud; report it with the vzctl version";

/** Exit codes of both generations. Source: vzctl(8), include/vzerror.h of vzctl 4 and 7. */
const shared: readonly ExitMeaning[] = [
  row(
    1,
    "engine",
    "the resource limits could not be set",
    "choose an instance type that this kernel can hold",
  ),
  row(2, "engine", "the fair scheduler could not be set", report),
  row(3, "engine", "a system call failed, or this kernel lacks a feature", report),
  row(4, "exhausted", "the host has no memory left", "stop something on the host, and try again"),
  row(
    5,
    "unavailable",
    "the kernel cannot run containers",
    "boot an OpenVZ kernel, or one with user namespaces",
  ),
  row(6, "exhausted", "the host lacks resources", "stop something on the host, and try again"),
  row(7, "engine", "the container's environment could not be made", report),
  row(8, "engine", "the command could not be run in the container", "start the container first"),
  row(
    9,
    "conflict",
    "another vzctl command is at work on the container",
    "wait for it to end, and try again",
    {
      kind: "locked",
    },
  ),
  row(10, "unavailable", "there is no global configuration", "reinstall the package vzctl"),
  row(11, "engine", "a script of vzctl's is missing", "reinstall the package vzctl"),
  row(13, "engine", "the capabilities could not be set", report),
  row(14, "not-found", "the engine has no such container", "instance.list shows those there are", {
    kind: "no-container",
  }),
  row(15, "timeout", "the command ran too long in the container", retry),
  row(20, "engine", "the command is unknown", defect, { kind: "bad-command" }),
  row(21, "engine", "a parameter is wrong", defect),
  row(22, "unavailable", "VE_ROOT is not set", "set it in /etc/vz/vz.conf"),
  row(23, "unavailable", "VE_PRIVATE is not set", "set it in /etc/vz/vz.conf"),
  row(24, "unavailable", "TEMPLATE is not set", "set it in /etc/vz/vz.conf"),
  row(
    27,
    "engine",
    "the type's sample has too few parameters",
    "complete its ve-*.conf-sample, or choose another type",
  ),
  row(
    28,
    "engine",
    "the type's sample lacks limits",
    "complete its ve-*.conf-sample, or choose another type",
  ),
  row(31, "conflict", "the container is not running", "start it first", { kind: "not-running" }),
  row(32, "conflict", "the container is running", "stop it first", { kind: "running" }),
  row(
    33,
    "engine",
    "the container could not be stopped",
    "look which of its processes hang in the kernel (state D)",
  ),
  row(34, "engine", "the address could not be added", report),
  row(35, "engine", "the configuration is invalid", "check the type's ve-*.conf-sample with vzcfgvalidate"),
  row(
    36,
    "exhausted",
    "the host's memory would be overcommitted",
    "choose a smaller type, or destroy an instance",
  ),
  row(40, "engine", "the container's file system is not mounted", retry),
  row(41, "conflict", "the container's file system is mounted", "unmount it first (vzctl umount)", {
    kind: "mounted",
  }),
  row(43, "not-found", "the container has no private area", "destroy the instance and make it again"),
  row(
    44,
    "conflict",
    "someone's private area lies where the container's should",
    "remove it if nobody needs it",
    {
      kind: "ctid-taken",
    },
  ),
  row(
    46,
    "exhausted",
    "no space is left on the host's disk",
    "free some under the private areas, and try again",
  ),
  row(
    47,
    "engine",
    "the image is not a usable root file system",
    "choose another image, or make this one again",
  ),
  row(
    48,
    "engine",
    "the private area could not be made",
    "look whether the disk under it is full or read-only",
  ),
  row(
    49,
    "engine",
    "the mount point could not be made",
    "look whether the disk under VE_ROOT is full or read-only",
  ),
  row(50, "engine", "the container's file system could not be mounted", report),
  row(
    51,
    "engine",
    "the container's file system could not be unmounted",
    "end what holds it (fuser -m on its root)",
  ),
  row(52, "engine", "the private area could not be removed", report),
  row(54, "engine", "a folder could not be made", "look whether the disk is full or read-only"),
  row(55, "engine", "the type's disk quota is too small for the image", "choose a larger type"),
  row(
    60,
    "engine",
    "the disk quota could not be switched on",
    "set DISK_QUOTA=no in /etc/vz/vz.conf, or mend it",
  ),
  row(
    61,
    "engine",
    "the disk quota could not be prepared",
    "set DISK_QUOTA=no in /etc/vz/vz.conf, or mend it",
  ),
  row(63, "engine", "the type's sample sets no disk space", "add DISKSPACE to its ve-*.conf-sample"),
  row(64, "engine", "the type's sample sets no number of files", "add DISKINODES to its ve-*.conf-sample"),
  row(66, "engine", "the disk quota could not be switched off", "end what holds the container's file system"),
  row(70, "invalid", "the host name is wrong", "choose another one"),
  row(71, "invalid", "the address is wrong", "choose another one"),
  row(72, "engine", "a name server's address is wrong", "mend the host's /etc/resolv.conf"),
  row(74, "engine", "the password could not be set", report),
  row(
    78,
    "conflict",
    "another host or container has the address",
    "choose another one, or leave ipAddress out",
  ),
  row(
    79,
    "engine",
    "a script of the container's failed",
    "look at the *.start and *.mount scripts in /etc/vz/conf",
  ),
  row(82, "conflict", "the container's configuration exists already", "remove it if nobody needs it", {
    says: /already exists/,
    kind: "ctid-taken",
  }),
  row(82, "not-found", "the type has no sample configuration", "type.list shows the types there are"),
  row(85, "engine", "the container's configuration is invalid", "destroy the instance and make it again"),
  row(91, "not-found", "the image's archive is missing", "image.list shows the images there are"),
  row(99, "unavailable", "this vzctl cannot make ploop images", "set VE_LAYOUT=simfs in /etc/vz/vz.conf"),
  row(100, "engine", "the container's addresses could not be read", report),
  row(
    104,
    "engine",
    "the network device could not be set up",
    "load its module (modprobe vznetdev), and try again",
  ),
  row(105, "forbidden", "the container is disabled", "allow it (vzctl set --disabled no --save)"),
  row(107, "engine", "no distribution's scripts fit the image", "name the distribution in the image's name"),
  row(108, "engine", "a script of the distribution's is missing", "reinstall the package vzctl"),
  row(109, "not-found", "the type has no sample configuration", "type.list shows the types there are"),
  row(133, "timeout", "the container did not come up in time", retry),
];

const nameTaken = (exitCode: number): ExitMeaning =>
  row(exitCode, "conflict", "the name belongs to another container on this host", "choose another name");
const interfaceFailed = (exitCode: number): ExitMeaning =>
  row(exitCode, "engine", "the network interface could not be set up", report);
const diskRateFailed = (exitCode: number): ExitMeaning =>
  row(exitCode, "engine", "the limits for disk traffic could not be set", report);

export const exitCodes = {
  v4: [...shared, interfaceFailed(130), nameTaken(131), diskRateFailed(148)],
  v7: [
    ...shared,
    interfaceFailed(136),
    nameTaken(137),
    row(151, "engine", "the disk image could not be made", "look whether the disk is full"),
    row(152, "engine", "the disk image could not be mounted", report),
    row(153, "engine", "the disk image could not be unmounted", "end what holds the container's file system"),
    diskRateFailed(210),
  ],
} as const satisfies Record<string, readonly ExitMeaning[]>;

/**
 * @param words all that vzctl wrote.
 * @returns undefined for an exit code that is not in the table.
 */
export function meaningOf(
  table: readonly ExitMeaning[],
  exitCode: number,
  words: string,
): ExitMeaning | undefined {
  return table.find((meaning) => meaning.exitCode === exitCode && (meaning.says?.test(words) ?? true));
}
