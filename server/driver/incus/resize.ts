import { MccError } from "../../../protocol/error";
import type { InstanceType } from "../../../protocol/methods/instance-type";
import { rootDevice } from "./devices";
import { type Engine, pathOf } from "./engine";
import { type Marks, markOf, markSettings } from "./instances/marks";
import { limitSettings } from "./limits";

/**
 * Changes the limits of an instance, immediately if it runs.
 *
 * @param marks change with them.
 * @throws MccError `conflict` if it needs more than that.
 */
export async function resizeInstance(
  engine: Engine,
  id: number,
  type: InstanceType,
  marks: Partial<Marks> = {},
): Promise<void> {
  const { api, instances, settings } = engine;
  const instance = await instances.require(id);
  const root = rootDevice(settings, type, Number(markOf(instance, "image-bytes") ?? 0));
  const before = instance.devices["root"] ?? {};
  const config = { ...limitSettings(type), ...markSettings(marks) };
  try {
    await api.change("PATCH", pathOf(engine, id), {
      json: { config, ...(before["size"] !== root["size"] && { devices: { root: { ...before, ...root } } }) },
    });
  } catch (error) {
    const after = await instances.require(id);
    const isDone = Object.entries(config).every(([name, value]) => (after.config[name] ?? "") === value);
    if (isDone && (after.devices["root"]?.["size"] ?? "") === (root["size"] ?? "")) {
      return;
    }
    throw MccError.isInstance(error) && /device or resource busy|memory\.limit/i.test(error.message)
      ? new MccError(
          "conflict",
          `Container ${id} uses more memory than the type "${type.name}" has; free memory in it, or stop it first.`,
          { cause: error },
        )
      : error;
  } finally {
    await instances.look(id).catch(() => undefined);
  }
}
