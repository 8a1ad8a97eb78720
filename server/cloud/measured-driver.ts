import type { Driver } from "../driver/driver";
import { measured } from "../support/measurements";

/** The methods that ask the engine for something. Others only answer from memory, or run once. */
const measuredMethods: ReadonlySet<string> = new Set<keyof Driver>([
  ...(["images", "importImage", "removeImage", "list", "members", "remains", "foreign"] as const),
  ...(["create", "start", "stop", "destroy", "rename", "exec", "writeFiles", "readFile"] as const),
  ...(["setHosts", "resize", "memoryKills", "usage"] as const),
]);
const measuredClaims: ReadonlySet<string> = new Set(["prepare", "claim"]);
const measuredTakeOvers: ReadonlySet<string> = new Set(["find", "take", "giveBack"]);

/** Returns the same driver, whose requests to the engine are measured. */
export function measureDriver(driver: Driver): Driver {
  const { claims, takesOver } = driver;
  const parts: Readonly<Record<string, unknown>> = {
    ...(claims && { claims: withMeasured(claims, measuredClaims) }),
    ...(takesOver && { takesOver: withMeasured(takesOver, measuredTakeOvers) }),
  };
  return withMeasured(driver, measuredMethods, parts);
}

/** Most requests have the id of the instance as the first parameter, and a create as a field of it. */
function instanceIn([first]: readonly unknown[]): number | undefined {
  const id: unknown = typeof first === "object" && first !== null ? Reflect.get(first, "id") : first;
  return typeof id === "number" ? id : undefined;
}

function withMeasured<T extends object>(
  target: T,
  names: ReadonlySet<string>,
  parts: Readonly<Record<string, unknown>> = {},
): T {
  return new Proxy(target, {
    get: (_, name) => {
      if (typeof name === "string" && Object.hasOwn(parts, name)) {
        return parts[name];
      }
      if (typeof Reflect.get(target, name, target) !== "function") {
        return Reflect.get(target, name, target) as unknown;
      }
      // Found at each call, because a test can replace it. The target's own `this` reaches its private fields.
      const call = (...given: unknown[]): unknown => {
        const method: unknown = Reflect.get(target, name, target);
        return typeof method === "function" ? Reflect.apply(method, target, given) : undefined;
      };
      return typeof name === "string" && names.has(name)
        ? (...given: unknown[]) =>
            measured("engine", name, async () => await call(...given), instanceIn(given))
        : call;
    },
  });
}
