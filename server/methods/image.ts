import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function imageHandlers({ images, instances }: Cloud): Handlers<MethodsOf<"image">> {
  return {
    "image.list": () => images.list(),
    "image.import": (caller, parameters) => images.import(caller, parameters),
    "image.remove": (_caller, parameters) => images.remove(parameters, (image) => instances.usersOf(image)),
  };
}
