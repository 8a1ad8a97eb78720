import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function fleetHandlers(cloud: Cloud): Handlers<MethodsOf<"fleet">> {
  const { fleets } = cloud;
  return {
    "fleet.check": (parameters) => cloud.checkFleet(parameters),
    "fleet.apply": (parameters) => fleets.apply(parameters),
    "fleet.get": (target) => fleets.get(target),
    "fleet.confirm": (parameters) => fleets.confirm(parameters),
    "fleet.list": (parameters) => fleets.list(parameters),
    "fleet.wait": (parameters, signal) => fleets.wait(parameters, signal),
    "fleet.extend": (parameters) => fleets.extend(parameters),
    "fleet.update": (parameters) => fleets.update(parameters),
    "fleet.destroy": (target) => fleets.destroy(target),
  };
}
