import { readdir } from "node:fs/promises";
import { cpus as hostCpus } from "node:os";
import { unlessErrno } from "../../../../protocol/errno";
import { type InstanceType, instanceTypeSchema } from "../../../../protocol/methods/instance-type";
import type { HostConfiguration } from "../host";
import type { Variables } from "./file";

const pageBytes = 4096;
/** Samples write "no limit" as the largest number of some integer type. This is the smallest of these numbers. */
const noLimit = 2 ** 31 - 1;
const unitBytes: Readonly<Record<string, number>> = {
  B: 1,
  K: 1024,
  P: pageBytes,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/** A sample configuration, and its instance type. */
export interface Sample {
  /** The name for vzctl's option `--config`. */
  readonly name: string;
  readonly type: InstanceType;
}

/** Reads the sample configurations of the host, `ve-<name>.conf-sample` each. A type's name is in lower case. */
export async function readSamples(host: HostConfiguration): Promise<Sample[]> {
  const files = (await unlessErrno(readdir(host.containerFolder), "ENOENT")) ?? [];
  const names = files.flatMap((file) => /^ve-(.+)\.conf-sample$/.exec(file)?.[1] ?? []).sort();
  const samples = await Promise.all(
    names.map(async (name) => sampleOf(name, (await host.sampleVariables(name)) ?? new Map())),
  );
  return samples.flat();
}

/** Returns an empty list for a sample whose name is not valid for a type. */
function sampleOf(name: string, variables: Variables): Sample[] {
  const type = instanceTypeSchema.safeParse({
    name: name.toLowerCase(),
    memoryBytes: memoryBytes(limitOf(variables.get("PHYSPAGES"))),
    cpus: cpus(variables),
    processes: wholeNumber(limitOf(variables.get("NUMPROC"))),
  });
  return type.success ? [{ name, type: type.data }] : [];
}

/** `barrier:limit`; a single value is both. */
function limitOf(value: string | undefined): string | undefined {
  return value?.split(":").at(-1);
}

/** Parses pages, or an amount with a unit, of which vzctl uses the whole pages. */
function memoryBytes(limit: string | undefined): number | undefined {
  const { number, unit = "" } =
    /^(?<number>\d+(?:\.\d*)?)(?<unit>[BKPMGT]?)$/i.exec(limit ?? "")?.groups ?? {};
  const bytes = Number(number) * (unitBytes[unit.toUpperCase()] ?? pageBytes);
  return below(noLimit * pageBytes, Math.floor(bytes / pageBytes) * pageBytes);
}

/** Parses a percentage of one processor, or with a sign, of all the host's processors; or a number of processors. */
function cpus(variables: Variables): number | undefined {
  const { percent = "0", sign = "" } =
    /^(?<percent>\d+)(?<sign>%?)$/.exec(variables.get("CPULIMIT") ?? "")?.groups ?? {};
  const limits = [
    (Number(percent) / 100) * (sign === "" ? 1 : hostCpus().length),
    Number(variables.get("CPUS") ?? 0),
  ].filter((limit) => limit > 0);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

function wholeNumber(limit: string | undefined): number | undefined {
  return /^\d+(\.\d*)?$/.test(limit ?? "") ? below(noLimit, Math.floor(Number(limit))) : undefined;
}

function below(bound: number, number: number): number | undefined {
  return number < bound ? number : undefined;
}
