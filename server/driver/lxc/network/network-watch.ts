import { setTimeout as pause } from "node:timers/promises";
import { messageOf } from "../../../../protocol/error";
import type { NetworkHealth, NetworkProblem } from "../../driver";
import type { Engine } from "../engine";
import { openBridge } from "./bridge";
import type { Fault } from "./fault";
import { faults } from "./faults";
import { obstacles } from "./obstacles";
import { readRuleset } from "./ruleset";

/** On a host whose firewall has many rules, looks are rarer, so that they take less than a hundredth of the time. */
const idleMsPerRule = 2;
/** How long a repair that did not help is not tried again. */
const patienceMs = 60_000;

/**
 * Watches the network that the daemon made: others may flush the firewall, take the bridge down, or divert the range.
 * It repairs its own parts, and names the problems that it cannot solve.
 */
export class NetworkWatch {
  #problems: readonly NetworkProblem[] = [];
  #repairs = 0;
  #stop: AbortController | undefined;
  #watching = Promise.resolve();
  /** The faults that the last repair left, and when that was. */
  #futile: { readonly key: string; readonly atMs: number } | undefined;

  constructor(private readonly everyMs: number) {}

  /** The state at the last look. */
  health(): NetworkHealth {
    return { problems: [...this.#problems], repairs: this.#repairs };
  }

  /** Looks once, then again and again until `stop`. Repeatable. @param engine whose network is open. */
  async start(engine: Engine): Promise<void> {
    await this.stop();
    const stop = new AbortController();
    this.#stop = stop;
    const rules = await this.#lookAnyway(engine);
    this.#watching = this.#watch(engine, stop.signal, rules);
  }

  /** Resolves once nothing is looked at or repaired any more. */
  async stop(): Promise<void> {
    this.#stop?.abort();
    await this.#watching;
  }

  async #watch(engine: Engine, signal: AbortSignal, rulesAtFirst: number): Promise<void> {
    for (let rules = rulesAtFirst; await this.#idles(rules, signal); ) {
      rules = await this.#lookAnyway(engine);
    }
  }

  /** Waits until the next look. @returns false when the watch ends. */
  async #idles(rules: number, signal: AbortSignal): Promise<boolean> {
    const idleMs = Math.min(Math.max(this.everyMs, rules * idleMsPerRule), patienceMs);
    await pause(idleMs, undefined, { signal, ref: false }).catch(() => undefined);
    return !signal.aborted;
  }

  /** @returns how many rules it has read. */
  async #lookAnyway(engine: Engine): Promise<number> {
    const { log } = engine;
    try {
      return await this.#look(engine);
    } catch (error) {
      this.#report(engine, [
        {
          problem: `the network could not be checked: ${messageOf(error)}`,
          remedy: "see the log; mccserver tries again",
        },
      ]);
      log.debug({ err: error }, "the network could not be checked");
      return 0;
    }
  }

  async #look(engine: Engine): Promise<number> {
    const found = await lookForFaults(engine);
    const left = this.#isWorthRepair(found.own) ? await this.#repair(engine, found.own) : found.own;
    this.#report(
      engine,
      [...left, ...found.others].map(({ what, remedy }) => ({ problem: what, remedy })),
    );
    return found.rules;
  }

  #isWorthRepair(own: readonly Fault[]): boolean {
    const isFutile = this.#futile?.key === keyOf(own) && Date.now() - this.#futile.atMs < patienceMs;
    return own.length > 0 && !isFutile;
  }

  /** @returns the faults that are left. */
  async #repair(engine: Engine, own: readonly Fault[]): Promise<readonly Fault[]> {
    const { log } = engine;
    // Until it is known what is left.
    this.#futile = { key: keyOf(own), atMs: Date.now() };
    const errors = await restore(engine);
    const { own: left } = await lookForFaults(engine);
    this.#futile = left.length === 0 ? undefined : { key: keyOf(left), atMs: Date.now() };
    const repaired = own.filter(({ what }) => !left.some((fault) => fault.what === what));
    if (repaired.length > 0) {
      this.#repairs += 1;
      log.warn(
        { repairs: this.#repairs },
        `repaired the network of the instances: ${repaired.map(({ what }) => what).join("; ")}`,
      );
    }
    const reasons = errors.length === 0 ? "" : ` (${errors.map(messageOf).join(" ")})`;
    return left.map((fault) => ({ ...fault, remedy: fault.remedy + reasons }));
  }

  /** Logs each problem once, and its end. */
  #report({ log }: Engine, problems: readonly NetworkProblem[]): void {
    const isIn = (list: readonly NetworkProblem[], { problem }: NetworkProblem): boolean =>
      list.some((other) => other.problem === problem);
    problems
      .filter((problem) => !isIn(this.#problems, problem))
      .forEach(({ problem, remedy }) => log.warn({}, `${problem}; ${remedy}`));
    this.#problems
      .filter((problem) => !isIn(problems, problem))
      .forEach(({ problem }) => log.info({}, `no longer a problem: ${problem}`));
    this.#problems = problems;
  }
}

interface Found {
  readonly own: readonly Fault[];
  readonly others: readonly Fault[];
  /** How many rules and chains the firewall has. */
  readonly rules: number;
}

async function lookForFaults(engine: Engine): Promise<Found> {
  const ruleset = await readRuleset(engine.runner);
  return {
    own: await faults(engine, ruleset),
    others: await obstacles(engine, ruleset),
    rules: ruleset.rules.length + ruleset.chains.length,
  };
}

/**
 * Makes all parts of the network again that are not as they were made. Nothing that is in order is interrupted, and a part
 * that cannot be made again holds up no other part.
 *
 * @returns the errors.
 */
async function restore(engine: Engine): Promise<unknown[]> {
  const { bridges, firewall, neighbours } = engine;
  const errors: unknown[] = [];
  for (const step of [
    () => openBridge(engine),
    () => bridges.repair(),
    () => bridges.plugInAgain(),
    () => firewall.open(),
  ]) {
    await step().catch((error: unknown) => errors.push(error));
  }
  neighbours.tellAll();
  return errors;
}

function keyOf(found: readonly Fault[]): string {
  return found.map(({ what }) => what).join("\n");
}
