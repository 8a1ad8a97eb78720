import type { Cloud } from "../cloud/cloud";
import type { Carriers, NamedBy } from "../cloud/keys";
import type { Handlers, MethodsOf } from "./handlers";

export function keyHandlers({ keys, instances, fleets }: Cloud): Handlers<MethodsOf<"key">> {
  const carriers: Carriers = (change) => instances.rewriteKeys(change);
  const namedBy: NamedBy = (keyName) => [
    ...instances.catalog.all().flatMap(({ record }) => (record.keys.includes(keyName) ? record : [])),
    ...fleets.records().filter(({ spec }) => spec.keys.includes(keyName)),
  ];
  return {
    "key.add": (caller, parameters) => keys.add(caller, parameters, namedBy),
    "key.get": (caller, parameters) => keys.get(caller, parameters),
    "key.confirm": (caller, parameters) => keys.confirm(caller, parameters),
    "key.list": (caller) => keys.list(caller),
    "key.update": (caller, parameters) => keys.update(caller, parameters, carriers),
    "key.remove": (caller, parameters) => keys.remove(caller, parameters, carriers),
  };
}
