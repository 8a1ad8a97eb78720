import type { Effect, Kind } from "../kinds";
import type { Order, Recording, Settings } from "./control";
import { patternOf, type Step } from "./step";

/** What still works on a full disk: it needs no more space. */
const withoutSpace = /^(handle\.)?(rename|sync|datasync|fsync|fdatasync)\b/;

/** The folder of the daemon's own in a pattern. Others, such as /tmp, are on other disks, whose room the daemon looks up. */
const ownFolder = /^\S+ ([A-Z]+)\b/;

/** Counts the steps of the daemon, and chooses the one with the fault. */
export class Recorder {
  #steps: Step[] = [];
  #occurrences = new Map<string, number>();
  #isActive = false;
  #armed: Extract<Order, { order: "arm" }> | undefined;
  #happened = false;
  /** The folder whose disk stays full until the end of the operation. */
  #full: string | undefined;

  constructor(readonly settings: Settings) {}

  obey(order: Order): Recording {
    this.#full = undefined;
    const recording = { steps: this.#steps, happened: this.#happened };
    if (order.order === "end") {
      this.#isActive = false;
      this.#armed = undefined;
      return recording;
    }
    this.#steps = [];
    this.#occurrences = new Map();
    this.#happened = false;
    this.#armed = order.order === "arm" ? order : undefined;
    this.#isActive = true;
    return { steps: [], happened: false };
  }

  /** Counts a step before it runs. @returns what must happen to it; undefined for nothing. */
  take(text: string, effect: Effect): Kind | undefined {
    if (!this.#isActive || this.settings.ignored.some((path) => text.includes(path))) {
      return undefined;
    }
    const pattern = patternOf(text, this.settings.folders);
    const occurrence = (this.#occurrences.get(pattern) ?? 0) + 1;
    this.#occurrences.set(pattern, occurrence);
    this.#steps.push({ pattern, occurrence, effect });
    const isFull = this.#full !== undefined && ownFolder.exec(pattern)?.[1] === this.#full;
    if (isFull && effect === "write" && !withoutSpace.test(pattern)) {
      return "full";
    }
    const armed = this.#armed;
    if (armed === undefined || armed.pattern !== pattern || armed.occurrence !== occurrence) {
      return undefined;
    }
    this.#happened = true;
    this.#armed = undefined;
    this.#full = armed.kind === "full" ? ownFolder.exec(pattern)?.[1] : undefined;
    return armed.kind;
  }
}

/** Ends this process immediately, so that nothing after this step happens. */
export function die(): never {
  process.kill(process.pid, "SIGKILL");
  // The signal arrives before the next instruction of this thread returns from the kernel.
  for (;;) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  }
}
