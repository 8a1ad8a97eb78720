import { MccError } from "../../../../protocol/error";
import { NextRun } from "../../../support/concurrency/next-run";
import type { Target } from "../commands/command";
import type { Ended } from "../commands/runner";
import type { Variables } from "../configuration/file";
import type { Generation } from "../configuration/generation";
import { parseMetadata } from "../configuration/metadata";
import { type ListedContainer, parseContainerList } from "./list";
import type { UnfinishedRecord, UnfinishedRecords } from "./unfinished-records";

/** A container of this daemon. */
export interface OwnContainer extends Target {
  readonly running: boolean;
  /** The name in the engine's list. */
  readonly name: string | undefined;
  /** Absent for a container that is created only in part and is not listed. */
  readonly listed?: ListedContainer;
}

/** The engine's containers at one time. */
export interface Look {
  readonly own: ReadonlyMap<number, OwnContainer>;
  readonly foreign: readonly ListedContainer[];
}

/** A frozen container counts as running, because it has processes. */
const runningStatuses = ["running", "paused"];

/** Lists the engine's containers, and knows which of them belong to this daemon. */
export class Containers {
  readonly #ctids = new Map<number, string>();
  readonly #looking = new NextRun(() => this.#lookNow());

  constructor(
    private readonly serverId: string,
    private readonly unfinished: UnfinishedRecords,
    private readonly engine: {
      readonly list: () => Promise<{ rows: ListedContainer[]; generation: Generation }>;
      readonly variablesOf: (ctid: string) => Promise<Variables | undefined>;
    },
  ) {}

  /** Lists all containers. Calls during a `vzlist` share the next one, so its result is never older than the call. */
  async look(): Promise<Look> {
    return await this.#looking.request();
  }

  /** @throws MccError `not-found` for an id of which the engine lists no container of this daemon. */
  async get(id: number): Promise<Target> {
    const ctid = this.#ctids.get(id) ?? (await this.look()).own.get(id)?.ctid;
    if (ctid === undefined) {
      throw new MccError("not-found", `The engine has no container ${id} of this server.`);
    }
    return { id, ctid };
  }

  has(id: number): boolean {
    return this.#ctids.has(id);
  }

  /** Stores the engine's id of a new container. */
  add({ id, ctid }: Target): void {
    this.#ctids.set(id, ctid);
  }

  remove(id: number): void {
    this.#ctids.delete(id);
  }

  async #lookNow(): Promise<Look> {
    const before = this.unfinished.all();
    const { rows, generation } = await this.engine.list();
    const halfMade = new Map([...before, ...this.unfinished.all()].map((record) => [record.id, record]));
    const own = new Map<number, OwnContainer>();
    const foreign: ListedContainer[] = [];
    for (const row of rows) {
      const id = this.#idOf(row) ?? (await this.#claimant(row.ctid, generation, [...halfMade.values()]));
      if (id === undefined) {
        foreign.push(row);
      } else {
        const { ctid, name, status } = row;
        own.set(id, { id, ctid, name, running: runningStatuses.includes(status), listed: row });
      }
    }
    this.#ctids.clear();
    own.forEach(({ id, ctid }) => this.#ctids.set(id, ctid));
    for (const { id, ctid } of halfMade.values()) {
      own.set(id, own.get(id) ?? { id, ctid, running: false, name: undefined });
    }
    return { own, foreign };
  }

  #idOf({ description }: ListedContainer): number | undefined {
    const metadata = parseMetadata(description);
    return metadata?.serverId === this.serverId ? metadata.id : undefined;
  }

  /** Returns the id of the partial container with this ctid. */
  async #claimant(
    ctid: string,
    generation: Generation,
    halfMade: readonly UnfinishedRecord[],
  ): Promise<number | undefined> {
    const record = halfMade.find((candidate) => candidate.ctid === ctid);
    if (record === undefined) {
      return undefined;
    }
    const variables = await this.engine.variablesOf(ctid);
    return variables !== undefined && generation.isHalfMade(variables, record) ? record.id : undefined;
  }
}

/**
 * Parses the output of vzlist.
 *
 * @throws MccError `engine`.
 */
export function readList({ stdout, stderr }: Pick<Ended, "stdout" | "stderr">): ListedContainer[] {
  // An older vzlist prints this message in place of an empty list, on a host without containers.
  if (stdout === "" && stderr.trim() === "Container(s) not found") {
    return [];
  }
  const complaints = stderr.split("\n").filter((line) => line.trim() !== "" && !/^warning/i.test(line));
  const reported = complaints.map((line) => line.trim().replace(/\.$/, "")).join("; ");
  // vzlist also exits with 0 if it could not collect them.
  if (stdout.trim() === "" && reported !== "") {
    throw notListed(reported);
  }
  const rows = parseContainerList(stdout);
  if (rows.length === 0 && reported !== "") {
    throw notListed(reported);
  }
  return rows;
}

function notListed(reported: string): MccError {
  return new MccError("engine", `vzlist listed no containers and reported: ${reported}.`);
}
