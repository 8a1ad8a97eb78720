import { cpus, release, totalmem } from "node:os";

/** The machine of a run, in one line: processor, cores, memory, kernel and Node. */
export function machineLine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() || "unknown processor";
  const memoryGiB = Math.round(totalmem() / 2 ** 30);
  return `${model}, ${processors.length} cores, ${memoryGiB} GiB of memory, Linux ${kernelVersion()}, Node ${process.versions.node}`;
}

/** Without the suffix of a distribution or a provider. */
function kernelVersion(): string {
  return /^[\d.]+/.exec(release())?.[0] ?? release();
}
