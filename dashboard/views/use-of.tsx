import type { Instance } from "../../protocol/types/instance";
import type { InstanceType } from "../../protocol/types/instance-type";
import { useValue } from "../state/observable";
import { bytesText, cpuLimit, cpusText, memoryLimit, ofLimit } from "../state/texts";
import type { UsageView } from "../state/usage-view";

interface UseProperties {
  readonly usage: UsageView;
  readonly instance: Instance;
  readonly type: InstanceType | undefined;
}

/** The memory that an instance uses, of what it may use. With the processors, it is the part of a row that is measured again. */
export function MemoryUse({ usage, instance, type }: UseProperties) {
  const bytes = useValue(usage.uses).get(instance.uid)?.memoryBytes;
  return <>{ofLimit(bytes === undefined ? undefined : bytesText(bytes), memoryLimit(type))}</>;
}

/** The processors that an instance uses, of what it may use. */
export function CpuUse({ usage, instance, type }: UseProperties) {
  const cpus = useValue(usage.uses).get(instance.uid)?.cpus;
  return <>{ofLimit(cpus === undefined ? undefined : cpusText(cpus), cpuLimit(type))}</>;
}
