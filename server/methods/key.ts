import type { Cloud } from "../cloud/cloud";
import type { Carriers } from "../cloud/keys";
import type { Handlers, MethodsOf } from "./handlers";

export function keyHandlers({ keys, instances }: Cloud): Handlers<MethodsOf<"key">> {
  const carriers: Carriers = (change) => instances.rewriteKeys(change);
  return {
    "key.add": (parameters) => keys.add(parameters),
    "key.get": (parameters) => keys.get(parameters),
    "key.confirm": (parameters) => keys.confirm(parameters),
    "key.list": () => keys.list(),
    "key.update": (parameters) => keys.update(parameters, carriers),
    "key.remove": (parameters) => keys.remove(parameters, carriers),
  };
}
