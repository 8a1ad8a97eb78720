import { z } from "zod";
import { unlessErrno } from "../../protocol/errno";
import { MccError } from "../../protocol/error";
import { type InstanceType, instanceTypeSchema } from "../../protocol/methods/instance-type";
import { validate } from "../../protocol/validate";
import { readJsonFile } from "../support/files/json-file";

const mebibyte = 1024 * 1024;

/** The sizes that every daemon has. `basic`, `light` and `unlimited` are names of OpenVZ's sample configurations. */
const stockTypes: readonly InstanceType[] = [
  { name: "basic", memoryBytes: 256 * mebibyte, cpus: 1, processes: 256 },
  { name: "light", memoryBytes: 64 * mebibyte, cpus: 0.5, processes: 64 },
  { name: "small", memoryBytes: 512 * mebibyte, cpus: 1, processes: 512 },
  { name: "medium", memoryBytes: 1024 * mebibyte, cpus: 2, processes: 1024 },
  { name: "large", memoryBytes: 4096 * mebibyte, cpus: 4, processes: 4096 },
  { name: "unlimited" },
];

/** The instance types of this daemon: the engine's own, or the stock ones if it has none, and those of the operator's file. */
export class InstanceTypes {
  readonly #types: ReadonlyMap<string, InstanceType>;

  private constructor(types: readonly InstanceType[]) {
    this.#types = new Map(types.map((type) => [type.name, type]));
  }

  /**
   * @param own those of the engine; they replace the stock ones.
   * @param file JSON, an array of `{name, memoryBytes?, cpus?, processes?, diskBytes?}`; a row replaces the stock type of its name.
   * @throws MccError `not-found` if there is no such file, `invalid` that names the file and the row.
   */
  static async load(own: readonly InstanceType[], file?: string): Promise<InstanceTypes> {
    const operators = file === undefined ? [] : await readTypesFile(file);
    return new InstanceTypes([...(own.length > 0 ? own : stockTypes), ...operators]);
  }

  list(): InstanceType[] {
    return [...this.#types.values()];
  }

  /** Whether any of them limits the disk. */
  get limitDisk(): boolean {
    return this.list().some(({ diskBytes }) => diskBytes !== undefined);
  }

  /** Returns undefined for a type that does not exist, or no longer. */
  find(name: string): InstanceType | undefined {
    return this.#types.get(name);
  }

  /** @throws MccError `not-found` that lists the existing types. */
  get(name: string): InstanceType {
    const type = this.#types.get(name);
    if (type === undefined) {
      throw new MccError(
        "not-found",
        `No instance type "${name}". This server has: ${[...this.#types.keys()].join(", ")}.`,
      );
    }
    return type;
  }
}

async function readTypesFile(file: string): Promise<InstanceType[]> {
  const rows = await unlessErrno(readJsonFile(file, z.array(z.unknown())), "ENOENT");
  if (rows === undefined) {
    throw new MccError(
      "not-found",
      `The file of instance types ${file} does not exist; create it, or correct --types.`,
    );
  }
  return rows.map((row, index) => validate(instanceTypeSchema, row, `${file}, ${rowName(row, index)}`));
}

function rowName(row: unknown, index: number): string {
  const { data } = z.object({ name: z.string() }).safeParse(row);
  return `row ${index + 1}${data === undefined ? "" : ` (${data.name})`}`;
}
