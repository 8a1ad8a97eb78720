import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function instanceHandlers({ instances }: Cloud): Handlers<MethodsOf<"instance">> {
  return {
    "instance.create": (parameters) => instances.create(parameters),
    "instance.get": (parameters) => instances.get(parameters),
    "instance.list": (parameters) => instances.list(parameters),
    "instance.wait": (parameters) => instances.wait(parameters),
    "instance.update": (parameters) => instances.update(parameters),
    "instance.start": (parameters) => instances.start(parameters),
    "instance.stop": (parameters) => instances.stop(parameters),
    "instance.restart": (parameters) => instances.restart(parameters),
    "instance.exec": (parameters) => instances.exec(parameters),
    "instance.destroy": (parameters) => instances.destroy(parameters),
  };
}
