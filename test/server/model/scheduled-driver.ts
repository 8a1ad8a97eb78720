import type fc from "fast-check";
import type { Driver } from "../../../server/driver/driver";

/** The commands of an engine whose order of completion a scheduler decides. */
const scheduled: ReadonlySet<PropertyKey> = new Set<keyof Driver>([
  "create",
  "start",
  "stop",
  "destroy",
  "rename",
  "writeFiles",
  "readFile",
  "exec",
]);

/** Returns a driver each of whose commands begins only when the scheduler decides. */
export function scheduledDriver(driver: Driver, scheduler: fc.Scheduler): Driver {
  return new Proxy(driver, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") {
        return member;
      }
      return async (...words: unknown[]): Promise<unknown> => {
        if (scheduled.has(name)) {
          await scheduler.schedule(Promise.resolve(), `${String(name)} ${String(words[0])}`);
        }
        return (await Reflect.apply(member, target, words)) as unknown;
      };
    },
  });
}
