import { MccError } from "../../../../protocol/error";
import { SharedWork } from "../../../support/concurrency/shared-work";
import type { Usage } from "../../driver";
import type { ApiInstance } from "../api/types";
import type { Engine } from "../engine";
import { memberOf, stateOf } from "../instances/copy";
import { parseMetrics } from "./metrics-text";

/**
 * For how long a measurement counts. The engine itself keeps one for eight seconds, and each costs it some 45 ms of a processor
 * for an instance.
 */
const freshMs = { least: 8_500, timesDuration: 20 };
/** A member with hundreds of instances takes seconds. */
const measureMs = 30_000;

/** What instances use, by the metrics of each member. They have the memory without the cache of files, and states have not. */
export class IncusUsage {
  #latest: readonly Usage[] = [];
  #freshUntil = Number.NEGATIVE_INFINITY;
  readonly #measuring = new SharedWork<"all", void>();

  /** @throws MccError if no member answers. */
  async of(engine: Engine, ids: readonly number[]): Promise<Usage[]> {
    if (performance.now() >= this.#freshUntil) {
      await this.#measuring.run("all", () => this.#measure(engine));
    }
    // Some may have stopped since.
    const running = new Set(
      (await runningInstances(engine)).flatMap(({ name }) => engine.names.idOf(name) ?? []),
    );
    const wanted = new Set(ids.filter((id) => running.has(id)));
    return this.#latest.filter(({ id }) => wanted.has(id));
  }

  async #measure(engine: Engine): Promise<void> {
    const begin = performance.now();
    const members = [...new Set((await runningInstances(engine)).map(memberOf))];
    const answers = await Promise.allSettled(members.map((member) => measureMember(engine, member)));
    const measured = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
    if (measured.length === 0 && members.length > 0) {
      // All of them have failed. This throws the error of one.
      await measureMember(engine, members[0]);
    }
    this.#latest = measured.flat();
    const end = performance.now();
    this.#freshUntil = end + Math.max(freshMs.least, (end - begin) * freshMs.timesDuration);
  }
}

async function runningInstances({ instances, names }: Engine): Promise<ApiInstance[]> {
  return (await instances.all()).filter(
    (instance) => names.idOf(instance.name) !== undefined && stateOf(instance) === "running",
  );
}

async function measureMember({ api, names }: Engine, member: string | undefined): Promise<Usage[]> {
  const atMs = Date.now();
  const { body } = await api.raw("GET", "/1.0/metrics", { query: { target: member }, timeoutMs: measureMs });
  const text = await body.text().catch((error: unknown) => {
    throw new MccError("engine", "The engine's answer to GET /1.0/metrics broke off; repeat the call.", {
      cause: error,
    });
  });
  return [...parseMetrics(text)].flatMap(([name, amounts]) => {
    const id = names.idOf(name);
    return id === undefined ? [] : [{ id, atMs, ...amounts }];
  });
}
