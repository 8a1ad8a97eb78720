import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function imageHandlers({ images, uploads, instances, pools }: Cloud): Handlers<MethodsOf<"image">> {
  return {
    "image.list": (caller) => images.list(caller),
    "image.import": (caller, parameters) => images.import(caller, parameters),
    "image.uploadStart": (caller, parameters) => uploads.start(caller, parameters),
    "image.uploadWrite": (caller, parameters) => uploads.write(caller, parameters),
    "image.uploadEnd": (caller, parameters) => uploads.end(caller, parameters),
    "image.uploadCancel": (caller, parameters) => uploads.cancel(caller, parameters),
    "image.remove": (caller, parameters) =>
      images.remove(
        caller,
        parameters,
        (image) => instances.usersOf(image),
        (image) => pools.leaveImage(image),
      ),
  };
}
