import type { Usage } from "../../driver";

type Amounts = Omit<Usage, "id" | "atMs">;

/** `lxd_memory_MemFree_bytes{name="web",project="default",type="container"} 1.31e+08`. Incus has its own name at the beginning. */
const sample = /^(?:lxd|incus)_(\w+)\{(.*)\} ([\d.e+-]+)$/;
/** Of processors without work. */
const idleModes = ["idle", "iowait"];

/** Returns what the engine's metrics, in Prometheus' format, tell of each instance, by its name. */
export function parseMetrics(text: string): Map<string, Amounts> {
  const found = new Map<string, Map<string, number>>();
  for (const line of text.split("\n")) {
    const [, metric = "", labels = "", value = ""] = sample.exec(line) ?? [];
    const name = labelIn(labels, "name");
    if (name !== undefined && !idleModes.includes(labelIn(labels, "mode") ?? "")) {
      const values = found.get(name) ?? new Map<string, number>();
      // Only the processor time has several samples.
      values.set(metric, (values.get(metric) ?? 0) + Number(value));
      found.set(name, values);
    }
  }
  return new Map([...found].map(([name, values]) => [name, amountsOf(values)]));
}

function amountsOf(values: ReadonlyMap<string, number>): Amounts {
  const total = values.get("memory_MemTotal_bytes");
  const free = values.get("memory_MemFree_bytes");
  const files = ["memory_Active_file_bytes", "memory_Inactive_file_bytes"];
  return {
    memoryBytes:
      total === undefined || free === undefined
        ? undefined
        : Math.max(
            0,
            files.reduce((rest, file) => rest - (values.get(file) ?? 0), total - free),
          ),
    cpuSeconds: values.get("cpu_seconds_total"),
    processes: values.get("procs_total"),
  };
}

function labelIn(labels: string, name: string): string | undefined {
  return new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1];
}
