import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function poolHandlers(cloud: Cloud): Handlers<MethodsOf<"pool">> {
  return {
    "pool.set": (_caller, parameters) => cloud.setPool(parameters),
    "pool.list": () => cloud.pools.list(),
  };
}
