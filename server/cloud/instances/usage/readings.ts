import type { Driver, Usage } from "../../../driver/driver";
import { Queue } from "../../../support/concurrency/turns";

/** For how long a measurement counts, so that several clients which watch instances cost as much as one. */
const freshMs = 500;

interface Reading {
  readonly askedAt: number;
  /** Undefined for an instance that could not be measured. */
  readonly usage: Usage | undefined;
}

/** What instances use, measured once for all clients that ask at about the same time. */
export class UsageReadings {
  #readings = new Map<number, Reading>();
  readonly #turns = new Queue();

  constructor(private readonly driver: Pick<Driver, "usage">) {}

  /**
   * Measures instances, unless that was done a moment ago.
   *
   * @returns what could be measured, by the ids of the instances.
   * @throws MccError of the driver.
   */
  async of(ids: readonly number[]): Promise<ReadonlyMap<number, Usage>> {
    return await this.#turns.take(async () => {
      const askedAt = performance.now();
      const readings = new Map(
        [...this.#readings].filter(([, reading]) => askedAt - reading.askedAt < freshMs),
      );
      const missing = ids.filter((id) => !readings.has(id));
      const found = missing.length === 0 ? [] : await this.driver.usage(missing);
      const measured = new Map(found.map((usage) => [usage.id, usage]));
      missing.forEach((id) => readings.set(id, { askedAt, usage: measured.get(id) }));
      this.#readings = readings;
      return new Map([...readings].flatMap(([id, { usage }]) => (usage === undefined ? [] : [[id, usage]])));
    });
  }
}
