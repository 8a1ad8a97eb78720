import { MccError } from "../../../../protocol/error";
import { exitCodes } from "../commands/exit-codes";
import type { ExitMeaning } from "../commands/exit-meaning";
import type { UnfinishedRecord } from "../containers/unfinished-records";
import { type ImageFormat, imageFormats } from "../images/formats";
import type { Variables } from "./file";
import { amount, type MemoryModel, memoryOptions, numproc, processOptions } from "./memory-model";
import type { Assignment } from "./metadata";
import { type Syntax, syntaxes } from "./syntax";

/** What a container is made with, as far as the generations differ in it. */
interface NewContainer {
  readonly id: number;
  /** 32 hexadecimal digits. */
  readonly uid: string;
  readonly description: string;
}

/** One of the two kinds of OpenVZ. All that differs between them stands in `generations`. */
export interface Generation {
  readonly name: "v4" | "v7";
  /** The first numbers of the versions of vzctl that belong to it. */
  readonly majors: readonly number[];
  /** The engine's ids that a container may get, the wanted one first. */
  readonly ctids: (container: Pick<NewContainer, "id" | "uid">) => readonly string[];
  /** Options of `create` beyond those that both have. */
  readonly createOptions: (container: NewContainer & { ctid: string }) => readonly string[];
  /** Options of the `set` that follows. */
  readonly setOptions: (container: NewContainer) => readonly string[];
  /** How a limit of memory is set; undefined is none. */
  readonly memoryOptions: (bytes: number | undefined, model: MemoryModel) => readonly string[];
  /** How a number of processes is set; undefined is any. */
  readonly processOptions: (count: number | undefined, model: MemoryModel) => readonly string[];
  /** Whether it has the layout simfs: a private area that is the root itself. */
  readonly simfs: boolean;
  /** Whether the configuration under the ctid of a container that was being made is that container's. */
  readonly isHalfMade: (found: Variables, made: UnfinishedRecord) => boolean;
  readonly exitCodes: readonly ExitMeaning[];
  readonly syntax: Syntax;
  readonly images: ImageFormat;
  /** Between the names and values of a description. */
  readonly assignment: Assignment;
}

/** What a container's configuration says of whose it is, before it has its description. */
const distinctive = ["NAME", "HOSTNAME", "OSTEMPLATE", "VE_PRIVATE"] as const;

/** Of what tells containers apart, what a sample has already. */
export function distinctiveIn(sample: Variables): Record<string, string> {
  return Object.fromEntries([...sample].filter(([name]) => distinctive.some((known) => known === name)));
}

export const generations: readonly Generation[] = [
  {
    name: "v4",
    majors: [4],
    // Another's container may get the wanted one between reservation and create; far off, none of ours is near.
    ctids: ({ id }) => [id, ...[1, 2, 3].map((step) => id + step * 1_000_000)].map(String),
    createOptions: () => [],
    setOptions: ({ description }) => ["--description", description],
    memoryOptions: (bytes, model) => memoryOptions[model](bytes),
    processOptions: (count, model) => processOptions[model](count),
    simfs: true,
    // It gets its names last and all at once; until then the configuration is the type's sample.
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
    // The uid is random, so nobody else has it.
    ctids: ({ uid }) => [asUuid(uid)],
    createOptions: ({ ctid, description }) => ["--uuid", ctid, "--description", description],
    setOptions: () => [],
    memoryOptions: (bytes) => ["--ram", amount(bytes)],
    processOptions: numproc,
    simfs: false,
    isHalfMade: () => true,
    exitCodes: exitCodes.v7,
    syntax: syntaxes.v7,
    images: imageFormats.templates,
    // vzlist takes "=" and two hexadecimal digits for an escaped character.
    assignment: ":",
  },
];

/**
 * @param versionLine what `vzctl --version` printed: `vzctl version 4.11.1`, or `vzctl v.7.0.264`.
 * @throws MccError `unavailable` for a generation that the driver does not know.
 */
export function generationOf(versionLine: string): Generation {
  const major = Number(/\bv(?:ersion |\.)(?<major>\d+)\./.exec(versionLine)?.groups?.["major"]);
  const generation = generations.find(({ majors }) => majors.includes(major));
  if (generation === undefined) {
    const known = generations.flatMap(({ majors }) => majors).join(", ");
    throw new MccError(
      "unavailable",
      `vzctl says "${versionLine.trim()}", and the driver knows the versions ${known} only; install one of those.`,
    );
  }
  return generation;
}

function asUuid(uid: string): string {
  return uid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
