import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function instanceHandlers(cloud: Cloud): Handlers<MethodsOf<"instance">> {
  const { instances } = cloud;
  return {
    "instance.create": (caller, parameters) => instances.create(caller, parameters),
    "instance.check": (caller, parameters) => cloud.checkInstance(caller, parameters),
    "instance.get": (caller, parameters) => instances.get(caller, parameters),
    "instance.confirm": (caller, parameters) => instances.confirm(caller, parameters),
    "instance.list": (caller, parameters) => instances.list(caller, parameters),
    "instance.usage": (caller, parameters) => instances.usage(caller, parameters),
    "instance.listForeign": async () =>
      (await cloud.foreignContainers()).map((container) => ({
        ...container,
        ipAddresses: [...container.ipAddresses],
      })),
    "instance.wait": (caller, parameters, signal) => instances.wait(caller, parameters, signal),
    "instance.update": (caller, parameters) => instances.update(caller, parameters),
    "instance.extend": (caller, parameters) => instances.extend(caller, parameters),
    "instance.start": (caller, parameters) => instances.start(caller, parameters),
    "instance.stop": (caller, parameters) => instances.stop(caller, parameters),
    "instance.restart": (caller, parameters) => instances.restart(caller, parameters),
    "instance.exec": (caller, parameters, signal) => instances.exec(caller, parameters, signal),
    "instance.execStart": (caller, parameters) => instances.startExec(caller, parameters),
    "instance.execRead": (caller, parameters, signal) => instances.streams.read(caller, parameters, signal),
    "instance.execWrite": (caller, parameters, signal) => instances.streams.write(caller, parameters, signal),
    "instance.execEnd": (caller, parameters) => instances.streams.end(caller, parameters),
    "instance.log": (caller, parameters) => instances.log(caller, parameters),
    "instance.takeOver": (caller, parameters) => instances.takeOver(caller, parameters),
    "instance.destroy": (caller, parameters) => instances.destroy(caller, parameters),
  };
}
