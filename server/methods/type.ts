import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function typeHandlers(cloud: Cloud): Handlers<MethodsOf<"type">> {
  return {
    "type.list": () => cloud.types(),
  };
}
