import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { localAdmin } from "../cloud/access/caller";
import type { Cloud } from "../cloud/cloud";
import type { Streams } from "../http/streams";
import { type Measurement, onMeasurement } from "../support/measurements";

/** From a claim of a pooled instance to an engine that does not answer. */
const seconds = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100];

/** The daemon's state in numbers, in the format of Prometheus. It counts from its own creation on. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #steps = this.#histogram("create_step_seconds", "Time of each step of a creation.", "step");
  readonly #failures = this.#counter("create_failures_total", "Failed steps of creations.", "step");
  readonly #engine = this.#histogram("engine_seconds", "Time of each request to the driver.", "request");
  readonly #engineFailures = this.#counter(
    "engine_failures_total",
    "Failed requests to the driver.",
    "request",
  );
  readonly #callSeconds = this.#histogram("call_seconds", "Time of each call, with its wait.", "method");
  readonly #calls = new Counter({
    name: "minicloud_calls_total",
    help: "Calls by method and result: ok, or the code of the error.",
    labelNames: ["method", "result"],
    registers: [this.#registry],
  });
  readonly #stop: () => void;

  constructor(cloud: Cloud, streams: Pick<Streams, "open" | "closedUnread">) {
    collectDefaultMetrics({ register: this.#registry });
    this.#addState(cloud);
    this.#gauge("event_streams", "Open streams of events.", [], () => [[{}, streams.open]]);
    this.#gauge(
      "event_streams_closed_unread_total",
      "Streams of events that were closed because their clients did not read.",
      [],
      () => [[{}, streams.closedUnread]],
    );
    this.#stop = onMeasurement((measurement) => this.#note(measurement));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  /** Counts nothing any more. */
  close(): void {
    this.#stop();
  }

  #note({ kind, name, result, seconds: took }: Measurement): void {
    if (kind === "step") {
      this.#steps.observe({ step: name }, took);
      this.#failures.inc({ step: name }, result === "ok" ? 0 : 1);
    } else if (kind === "engine") {
      this.#engine.observe({ request: name }, took);
      this.#engineFailures.inc({ request: name }, result === "ok" ? 0 : 1);
    } else {
      this.#callSeconds.observe({ method: name }, took);
      this.#calls.inc({ method: name, result });
    }
  }

  #addState(cloud: Cloud): void {
    const info = (): ReturnType<Cloud["info"]> => cloud.info(localAdmin);
    const { version, driver } = info();
    this.#gauge("info", "The daemon: always 1.", ["version", "driver"], () => [[{ version, driver }, 1]]);
    this.#gauge("instances", "Instances by status and image.", ["status", "image"], () =>
      counted(cloud.instances.catalog.all().map(({ status, record: { image } }) => ({ status, image }))),
    );
    this.#gauge("fleets", "Fleets by phase of their last change.", ["phase"], () =>
      counted(cloud.fleets.records().map(({ phase }) => ({ phase }))),
    );
    this.#gauge("addresses", "Addresses of the range.", ["state"], () => {
      const { size, free } = info().addressPool;
      return [
        [{ state: "free" }, free],
        [{ state: "taken" }, size - free],
      ];
    });
    this.#gauge(
      "warm_instances",
      "Instances started ahead: ready ones, and the wanted number.",
      ["image", "state"],
      () =>
        cloud.pools.list().flatMap(({ image, size, ready }): [Labels, number][] => [
          [{ image, state: "ready" }, ready],
          [{ image, state: "wanted" }, size],
        ]),
    );
    this.#gauge("damaged_files", "Damaged files that the daemon found since its start.", [], () => [
      [{}, cloud.damaged.total],
    ]);
    this.#gauge(
      "network_repairs_total",
      "How often the daemon repaired its network since its start.",
      [],
      () => [[{}, info().network?.repairs ?? 0]],
    );
  }

  #gauge(name: string, help: string, labelNames: string[], values: () => readonly [Labels, number][]): void {
    const gauge: Gauge = new Gauge({
      name: `minicloud_${name}`,
      help,
      labelNames,
      registers: [this.#registry],
      collect: () => {
        // A status that no instance has any more must not keep its last number.
        gauge.reset();
        values().forEach(([labels, value]) => gauge.set(labels, value));
      },
    });
  }

  #histogram(name: string, help: string, label: string): Histogram {
    return new Histogram({
      name: `minicloud_${name}`,
      help,
      labelNames: [label],
      buckets: seconds,
      registers: [this.#registry],
    });
  }

  #counter(name: string, help: string, label: string): Counter {
    return new Counter({ name: `minicloud_${name}`, help, labelNames: [label], registers: [this.#registry] });
  }
}

type Labels = Readonly<Record<string, string>>;

/** Returns how often each set of labels occurs. */
function counted(all: readonly Labels[]): [Labels, number][] {
  const numbers = new Map<string, [Labels, number]>();
  for (const labels of all) {
    const key = JSON.stringify(labels);
    const [, number = 0] = numbers.get(key) ?? [];
    numbers.set(key, [labels, number + 1]);
  }
  return [...numbers.values()];
}
