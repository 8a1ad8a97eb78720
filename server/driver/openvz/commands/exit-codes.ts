import { type ExitMeaning, remedies, exitMeaning as row } from "./exit-meaning";
import { sharedExitCodes } from "./shared-exit-codes";

const { report, freeDisk } = remedies;

const nameTaken = (exitCode: number): readonly ExitMeaning[] => [
  row(exitCode, "conflict", "the name belongs to another container on this host", "choose another name", {
    says: /already used/,
  }),
  row(
    exitCode,
    "engine",
    "the name could not be assigned",
    "check that the folder /etc/vz/names exists and is writable",
  ),
];
const interfaceFailed = (exitCode: number): ExitMeaning =>
  row(exitCode, "engine", "the network interface could not be set up", report);
const memoryInformationFailed = (exitCode: number): ExitMeaning =>
  row(exitCode, "engine", "the container's memory information could not be set", report);

/** The meanings of exit codes. Source: that of `sharedExitCodes`. */
export const exitCodes = {
  v4: [
    ...sharedExitCodes,
    row(12, "forbidden", "vzctl lacks a permission", "run mccserver as root, with all capabilities"),
    row(89, "engine", "the address is not available", report),
    row(
      99,
      "engine",
      "this vzctl cannot work with disk images (ploop)",
      "set VE_LAYOUT=simfs in /etc/vz/vz.conf, or install the library (the package ploop-lib)",
      { of: ["create"] },
    ),
    row(
      99,
      "engine",
      "the container is in a disk image (ploop), with which this host cannot work",
      "boot the OpenVZ kernel, or install the library (the package ploop-lib)",
    ),
    row(100, "engine", "the container's addresses could not be read", report),
    row(109, "not-found", "the type has no sample configuration", "mcc list-instance-types shows the types"),
    memoryInformationFailed(129),
    interfaceFailed(130),
    ...nameTaken(131),
    row(
      150,
      "not-found",
      "the container's disk image is missing",
      "destroy the instance and create it again",
    ),
  ],
  v7: [
    ...sharedExitCodes,
    row(12, "engine", "OpenVZ has no licence", "load one (vzlicload)"),
    row(19, "engine", "a script of OpenVZ failed", report),
    row(56, "engine", "OpenVZ cannot start the image's first program", "choose another image"),
    row(89, "engine", "the container's layout does not fit this OpenVZ", report),
    row(100, "engine", "the image could not be configured", report),
    row(131, "engine", "this kernel lacks a feature that the container needs", report),
    memoryInformationFailed(135),
    interfaceFailed(136),
    ...nameTaken(137),
    row(140, "conflict", "the container is registered already", "find it with vzlist -a, and unregister it"),
    row(141, "forbidden", "the container is disabled", "allow it (vzctl set --disabled no --save)"),
    row(143, "engine", "this OpenVZ does not support the command", report),
    row(163, "engine", "the disk image could not be added", freeDisk),
    row(164, "engine", "the disk image could not be removed", report),
    row(165, "engine", "the disk image could not be configured", report),
    row(
      201,
      "exhausted",
      "the host cannot start more processes",
      "stop processes on the host, and try again",
    ),
    row(210, "engine", "the limits for disk traffic could not be set", report),
  ],
} as const satisfies Record<string, readonly ExitMeaning[]>;

/**
 * The exit codes of commands that run a command inside a container. They precede the generation's other meanings.
 * Source: src/lib/exec.c of vzctl 4, which reports the length of an answer in place of its content.
 */
export const execExitCodes: Readonly<Record<keyof typeof exitCodes, readonly ExitMeaning[]>> = {
  v4: [
    row(
      4,
      "conflict",
      "the container could not be entered, or has no such program",
      "check whether it is being stopped (vzlist), and whether its image has /bin/sh",
    ),
  ],
  v7: [],
};

/** The exit codes of vzlist. Source: src/vzlist.c. */
export const listExitCodes: readonly ExitMeaning[] = [
  row(1, "engine", "the containers could not be listed", "run vzlist -a, and fix what it reports"),
];

/**
 * Returns the first meaning that matches an exit code.
 *
 * @param said.words the complete output of vzctl.
 * @param said.action what vzctl did: `start`.
 * @returns undefined for an exit code that is not in the table.
 */
export function meaningOf(
  table: readonly ExitMeaning[],
  exitCode: number,
  { words, action = "" }: { words: string; action?: string | undefined },
): ExitMeaning | undefined {
  return table.find(
    (meaning) =>
      meaning.exitCode === exitCode &&
      (meaning.says?.test(words) ?? true) &&
      (meaning.of?.includes(action) ?? true),
  );
}
