import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function fleetHandlers(cloud: Cloud): Handlers<MethodsOf<"fleet">> {
  const { fleets } = cloud;
  return {
    "fleet.check": (caller, parameters) => cloud.checkFleet(caller, parameters),
    "fleet.apply": (caller, parameters) => fleets.apply(caller, parameters),
    "fleet.get": (caller, target) => fleets.get(caller, target),
    "fleet.confirm": (caller, parameters) => fleets.confirm(caller, parameters),
    "fleet.list": (caller, parameters) => fleets.list(caller, parameters),
    "fleet.wait": (caller, parameters, signal) => fleets.wait(caller, parameters, signal),
    "fleet.extend": (caller, parameters) => fleets.extend(caller, parameters),
    "fleet.update": (caller, parameters) => fleets.update(caller, parameters),
    "fleet.destroy": (caller, target) => fleets.destroy(caller, target),
  };
}
