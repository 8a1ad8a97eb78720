import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function poolHandlers(cloud: Cloud): Handlers<MethodsOf<"pool">> {
  return {
    "pool.set": (caller, parameters) => cloud.setPool(caller, parameters),
    "pool.list": () => cloud.pools.list(),
  };
}
