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
    "the name could not be given",
    "look whether there is a folder /etc/vz/names that can be written to",
  ),
];
const interfaceFailed = (exitCode: number): ExitMeaning =>
  row(exitCode, "engine", "the network interface could not be set up", report);
const memoryInformationFailed = (exitCode: number): ExitMeaning =>
  row(exitCode, "engine", "what the container sees of its memory could not be set", report);

/** What exit codes mean. Source: as of `sharedExitCodes`. */
export const exitCodes = {
  v4: [
    ...sharedExitCodes,
    row(12, "forbidden", "vzctl was refused something", "run mccserver as root, with all capabilities"),
    row(89, "engine", "the address is not available", report),
    row(99, "unavailable", "this vzctl cannot make ploop images", "set VE_LAYOUT=simfs in /etc/vz/vz.conf"),
    row(100, "engine", "the container's addresses could not be read", report),
    row(
      109,
      "not-found",
      "the type has no sample configuration",
      "type.list (mcc list-instance-types) shows the types there are",
    ),
    memoryInformationFailed(129),
    interfaceFailed(130),
    ...nameTaken(131),
    row(150, "not-found", "the container's disk image is missing", "destroy the instance and make it again"),
  ],
  v7: [
    ...sharedExitCodes,
    row(12, "unavailable", "OpenVZ has no licence", "load one (vzlicload)"),
    row(19, "engine", "a script of OpenVZ's failed", report),
    row(56, "engine", "the image's first program is none that OpenVZ starts", "choose another image"),
    row(89, "engine", "the container's layout does not fit this OpenVZ", report),
    row(100, "engine", "the image could not be configured", report),
    row(131, "engine", "this kernel lacks a feature that the container asks for", report),
    memoryInformationFailed(135),
    interfaceFailed(136),
    ...nameTaken(137),
    row(140, "conflict", "the container is registered already", "look at vzlist -a, and unregister it"),
    row(141, "forbidden", "the container may not be managed", "allow it (vzctl set --disabled no --save)"),
    row(143, "engine", "this OpenVZ cannot do that", report),
    row(163, "engine", "the disk image could not be added", freeDisk),
    row(164, "engine", "the disk image could not be removed", report),
    row(165, "engine", "the disk image could not be configured", report),
    row(
      201,
      "exhausted",
      "the host can start no more processes",
      "stop something on the host, and try again",
    ),
    row(210, "engine", "the limits for disk traffic could not be set", report),
  ],
} as const satisfies Record<string, readonly ExitMeaning[]>;

/**
 * Of commands that run something inside a container, before what the generation's others mean. Source: src/lib/exec.c
 * of vzctl 4, which takes the length of an answer for its content.
 */
export const execExitCodes: Readonly<Record<keyof typeof exitCodes, readonly ExitMeaning[]>> = {
  v4: [
    row(
      4,
      "conflict",
      "the container could not be entered, or has no such program",
      "look whether it is going down (vzlist), and whether its image has /bin/sh",
    ),
  ],
  v7: [],
};

/** vzlist's own. Source: src/vzlist.c. */
export const listExitCodes: readonly ExitMeaning[] = [
  row(1, "engine", "the containers could not be listed", "run vzlist -a by hand, and mend what it says"),
];

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
