import { MccError } from "../../../../protocol/error";
import { exitCodes } from "../commands/exit-codes";
import type { ExitMeaning } from "../commands/exit-meaning";
import type { UnfinishedRecord } from "../containers/unfinished-records";
import { type ImageFormat, imageFormats } from "../images/formats";
import type { Variables } from "./file";
import { amount, type MemoryModel, memoryOptions, numproc, processOptions } from "./memory-model";
import type { Assignment } from "./metadata";
import { type Syntax, syntaxes } from "./syntax";

/** The properties of a new container that the generations use differently. */
interface NewContainer {
  readonly id: number;
  /** 32 hexadecimal digits. */
  readonly uid: string;
  readonly description: string;
}

/** One of the two kinds of OpenVZ. All differences between them are in `generations`. */
export interface Generation {
  readonly name: "v4" | "v7";
  /** The major versions of vzctl that belong to it. */
  readonly majors: readonly number[];
  /** Returns the engine's ids that a container may get, in order of preference. */
  readonly ctids: (container: Pick<NewContainer, "id" | "uid">) => readonly string[];
  /** Options of `create` in addition to those of both generations. */
  readonly createOptions: (container: NewContainer & { ctid: string }) => readonly string[];
  /** Options of the `set` that follows. */
  readonly setOptions: (container: NewContainer) => readonly string[];
  /** Options that set a limit of memory; undefined means unlimited. */
  readonly memoryOptions: (bytes: number | undefined, model: MemoryModel) => readonly string[];
  /** Options that set a limit of processes; undefined means unlimited. */
  readonly processOptions: (count: number | undefined, model: MemoryModel) => readonly string[];
  /** Whether it has the layout simfs, in which the private area is the root itself. */
  readonly simfs: boolean;
  /** Whether it runs containers on kernels that are not OpenVZ's. */
  readonly otherKernels: boolean;
  /** Returns whether the configuration under a ctid belongs to the container that was being created with it. */
  readonly isHalfMade: (found: Variables, made: UnfinishedRecord) => boolean;
  readonly exitCodes: readonly ExitMeaning[];
  readonly syntax: Syntax;
  readonly images: ImageFormat;
  /** The character between the names and values of a description. */
  readonly assignment: Assignment;
}

/** The variables that identify a container's configuration before it has its description. */
const distinctive = ["NAME", "HOSTNAME", "OSTEMPLATE", "VE_PRIVATE"] as const;

/** Returns the identifying variables that a sample sets already. */
export function distinctiveIn(sample: Variables): Record<string, string> {
  return Object.fromEntries([...sample].filter(([name]) => distinctive.some((known) => known === name)));
}

export const generations: readonly Generation[] = [
  {
    name: "v4",
    majors: [4],
    // A foreign container may get the first id between the check and the create. The others are far from all ids in
    // use.
    ctids: ({ id }) => [id, ...[1, 2, 3].map((step) => id + step * 1_000_000)].map(String),
    createOptions: () => [],
    setOptions: ({ description }) => ["--description", description],
    memoryOptions: (bytes, model) => memoryOptions[model](bytes),
    processOptions: (count, model) => processOptions[model](count),
    simfs: true,
    otherKernels: true,
    // vzctl writes the names last and all at once. Until then, the configuration equals the type's sample.
    isHalfMade: (found, made) =>
      distinctive.every((name) => found.get(name) === made.sample?.[name]) ||
      (found.get("NAME") === made.name && found.get("HOSTNAME") === made.hostname),
    exitCodes: exitCodes.v4,
    syntax: syntaxes.v4,
    images: imageFormats.archives,
    assignment: "=",
  },
  {
    name: "v7",
    majors: [7, 8, 9],
    // The uid is random, so no other container has it.
    ctids: ({ uid }) => [asUuid(uid)],
    createOptions: ({ ctid, description }) => ["--uuid", ctid, "--description", description],
    setOptions: () => [],
    memoryOptions: (bytes) => ["--ram", amount(bytes)],
    processOptions: numproc,
    simfs: false,
    otherKernels: false,
    isHalfMade: () => true,
    exitCodes: exitCodes.v7,
    syntax: syntaxes.v7,
    images: imageFormats.templates,
    // vzlist interprets "=" and two hexadecimal digits as an escaped character.
    assignment: ":",
  },
];

/**
 * Returns the generation of a vzctl.
 *
 * @param versionLine the output of `vzctl --version`: `vzctl version 4.11.1`, or `vzctl v.7.0.264`.
 * @throws MccError `unavailable` for a generation that the driver does not support.
 */
export function generationOf(versionLine: string): Generation {
  const major = Number(/\bv(?:ersion |\.)(?<major>\d+)\./.exec(versionLine)?.groups?.["major"]);
  const generation = generations.find(({ majors }) => majors.includes(major));
  if (generation === undefined) {
    const known = generations.flatMap(({ majors }) => majors).join(", ");
    throw new MccError(
      "unavailable",
      `vzctl reports "${versionLine.trim()}", and the driver supports only the versions ${known}; install one of those.`,
    );
  }
  return generation;
}

function asUuid(uid: string): string {
  return uid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
