import { readFileSync } from "node:fs";
import { errnoOf } from "../../../../protocol/errno";
import { addedBlock } from "../../hosts-text";
import type { Place } from "../place";
import { OpenHosts } from "./open-hosts";

/** A larger file is written again, so that its blocks become one. */
const mostBytes = 256 * 1024;
/** The descriptors of a container whose files are open. */
const descriptorsEach = 2;
/** The part of the process's descriptors that open hosts files may take. */
const shareOfDescriptors = 1 / 4;

/**
 * The hosts files of the containers that the daemon wrote, for additions to all of them at once. Those of most containers
 * stay open between the additions.
 */
export class HostsFiles {
  /** The sizes after the daemon's last write. */
  readonly #bytes = new Map<number, number>();
  readonly #open = new Map<number, OpenHosts>();

  /** @param mostOpen how many containers' files stay open. */
  constructor(
    private readonly place: Pick<Place, "container">,
    private readonly mostOpen = affordableOpen(),
  ) {}

  /** Call it after a write of another kind than `add`. @param bytes the size of the file. */
  written(id: number, bytes: number): void {
    this.#close(id);
    this.#bytes.set(id, bytes);
  }

  /** Call it before the container's folder is removed. */
  forget(id: number): void {
    this.#close(id);
    this.#bytes.delete(id);
  }

  /** Closes all files. */
  close(): void {
    [...this.#open.keys()].forEach((id) => this.#close(id));
  }

  /**
   * Appends lines to the hosts files of containers, as a block of their own. A reader finds the file as before or with all
   * lines.
   *
   * @returns the ids of those that have them now: not of one whose file is missing, moved away, large, of another size than
   * after the daemon's last write, no regular file or without an end of its last line, whose file system refuses it, or whose
   * link a program inside replaced. A program that changed the size may have removed earlier names.
   */
  add(ids: readonly number[], lines: readonly string[]): Set<number> {
    const blocks = new Map<number, Buffer | undefined>();
    /** Most files of a stack have the same size. */
    const blockFor = (bytes: number): Buffer | undefined => {
      if (!blocks.has(bytes)) {
        const text = addedBlock(lines, bytes);
        blocks.set(bytes, text === undefined ? undefined : Buffer.from(text));
      }
      return blocks.get(bytes);
    };
    return new Set(ids.filter((id) => this.#addOne(id, blockFor)));
  }

  #addOne(id: number, blockFor: (bytes: number) => Buffer | undefined): boolean {
    const before = this.#bytes.get(id);
    const block = before === undefined || before > mostBytes ? undefined : blockFor(before);
    if (before === undefined || block === undefined) {
      return false;
    }
    if (!this.#append(id, block, before)) {
      this.#close(id);
      return false;
    }
    this.#bytes.set(id, before + block.length);
    return true;
  }

  #append(id: number, block: Buffer, before: number): boolean {
    try {
      const kept = this.#open.get(id);
      if (kept?.isUnchanged === true) {
        return kept.append(block, before);
      }
      this.#close(id);
      const opened = OpenHosts.open(this.place.container(id));
      if (opened === undefined) {
        return false;
      }
      this.#open.set(id, opened);
      const isAdded = opened.append(block, before);
      if (!opened.noticesChanges || this.#open.size > this.mostOpen) {
        this.#close(id);
      }
      return isAdded;
    } catch (error) {
      if (errnoOf(error) !== "") {
        return false;
      }
      throw error;
    }
  }

  #close(id: number): void {
    const kept = this.#open.get(id);
    // First: after a close that fails, another file may get the descriptor.
    this.#open.delete(id);
    kept?.close();
  }
}

/** Node raises the soft limit to the hard one at its start. */
function affordableOpen(): number {
  const [, descriptors] = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  return Math.floor((Number(descriptors ?? Infinity) * shareOfDescriptors) / descriptorsEach);
}
