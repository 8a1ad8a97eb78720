import { MccError } from "../../../protocol/error";
import type { Target } from "./command";
import { type ListedContainer, parseContainerList } from "./container-list";
import type { Ended } from "./engine";
import type { Generation, Names } from "./generation";
import { parseMetadata } from "./metadata";
import type { UnfinishedRecord, UnfinishedRecords } from "./unfinished-records";

/** A container of this daemon's. */
export interface OwnContainer extends Target {
  readonly running: boolean;
  /** As the engine lists it; undefined where it lists nothing. */
  readonly names: Names | undefined;
}

/** What the engine has, seen in one look. */
export interface Look {
  readonly own: ReadonlyMap<number, OwnContainer>;
  readonly foreign: readonly ListedContainer[];
}

/** As far as processes go, a container that is frozen runs. */
const runningStatuses = ["running", "paused"];

/** Looks at the engine, and knows which of its containers is which of ours. */
export class Containers {
  readonly #ctids = new Map<number, string>();
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<Look> | undefined;

  constructor(
    private readonly serverId: string,
    private readonly making: UnfinishedRecords,
    private readonly list: () => Promise<{ rows: ListedContainer[]; generation: Generation }>,
  ) {}

  /** One `vzlist` for all who ask while another one is under way; it begins after they asked. */
  async look(): Promise<Look> {
    this.#next ??= this.#running.then(() => {
      const look = this.#lookNow();
      this.#next = undefined;
      this.#running = look.catch(() => undefined);
      return look;
    });
    return await this.#next;
  }

  /** @throws MccError `not-found` for an id of which the engine lists no container of ours. */
  async get(id: number): Promise<Target> {
    const ctid = this.#ctids.get(id) ?? (await this.look()).own.get(id)?.ctid;
    if (ctid === undefined) {
      throw new MccError("not-found", `The engine has no container ${id} of this server's.`);
    }
    return { id, ctid };
  }

  has(id: number): boolean {
    return this.#ctids.has(id);
  }

  /** Remembers what the engine calls a container that was just made. */
  add({ id, ctid }: Target): void {
    this.#ctids.set(id, ctid);
  }

  remove(id: number): void {
    this.#ctids.delete(id);
  }

  async #lookNow(): Promise<Look> {
    const before = this.making.all();
    const { rows, generation } = await this.list();
    const halfMade = new Map([...before, ...this.making.all()].map((record) => [record.id, record]));
    const own = new Map<number, OwnContainer>();
    const foreign: ListedContainer[] = [];
    for (const row of rows) {
      const id = this.#idOf(row) ?? claimant(row, generation, halfMade.values());
      if (id === undefined) {
        foreign.push(row);
      } else {
        const { ctid, name, hostname, image } = row;
        own.set(id, {
          ...{ id, ctid, names: { name, hostname, image } },
          running: runningStatuses.includes(row.status),
        });
      }
    }
    this.#ctids.clear();
    own.forEach(({ id, ctid }) => this.#ctids.set(id, ctid));
    for (const { id, ctid } of halfMade.values()) {
      own.set(id, own.get(id) ?? { id, ctid, running: false, names: undefined });
    }
    return { own, foreign };
  }

  #idOf({ description }: ListedContainer): number | undefined {
    const metadata = parseMetadata(description);
    return metadata?.serverId === this.serverId ? metadata.id : undefined;
  }
}

/** Whose half-made container this is. */
function claimant(
  row: ListedContainer,
  generation: Generation,
  halfMade: Iterable<UnfinishedRecord>,
): number | undefined {
  return [...halfMade].find((record) => record.ctid === row.ctid && generation.isHalfMade(row, record))?.id;
}

/**
 * What vzlist printed, as a list.
 *
 * @throws MccError `engine`.
 */
export function readList({ stdout, stderr }: Pick<Ended, "stdout" | "stderr">): ListedContainer[] {
  // What an older vzlist says, in place of an empty list, on a host without containers.
  if (stdout === "" && stderr.trim() === "Container(s) not found") {
    return [];
  }
  const rows = parseContainerList(stdout);
  const complaints = stderr.split("\n").filter((line) => line.trim() !== "" && !/^warning/i.test(line));
  // vzlist ends with 0 also when it could not collect them.
  if (rows.length === 0 && complaints.length > 0) {
    throw new MccError("engine", `vzlist listed nothing and said: ${complaints.join("; ")}.`);
  }
  return rows;
}
