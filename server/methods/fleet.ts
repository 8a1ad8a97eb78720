import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function fleetHandlers({ fleets }: Cloud): Handlers<MethodsOf<"fleet">> {
  return {
    "fleet.apply": (parameters) => fleets.apply(parameters),
    "fleet.get": (target) => fleets.get(target),
    "fleet.list": (parameters) => fleets.list(parameters),
    "fleet.wait": (parameters) => fleets.wait(parameters),
    "fleet.extend": (parameters) => fleets.extend(parameters),
    "fleet.destroy": (target) => fleets.destroy(target),
  };
}
