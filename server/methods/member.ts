import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function memberHandlers(cloud: Cloud): Handlers<MethodsOf<"member">> {
  return {
    "member.simulate": (caller, parameters) => cloud.simulateMember(caller, parameters),
  };
}
