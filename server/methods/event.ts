import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function eventHandlers({ events }: Cloud): Handlers<MethodsOf<"event">> {
  return {
    "event.list": (caller, filter) => events.list(caller, filter),
  };
}
