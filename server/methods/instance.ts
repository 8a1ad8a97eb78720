import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function instanceHandlers(cloud: Cloud): Handlers<MethodsOf<"instance">> {
  const { instances } = cloud;
  return {
    "instance.create": (parameters) => instances.create(parameters),
    "instance.check": (parameters) => cloud.checkInstance(parameters),
    "instance.get": (parameters) => instances.get(parameters),
    "instance.confirm": (parameters) => instances.confirm(parameters),
    "instance.list": (parameters) => instances.list(parameters),
    "instance.listForeign": async () =>
      (await cloud.foreignContainers()).map((container) => ({
        ...container,
        ipAddresses: [...container.ipAddresses],
      })),
    "instance.wait": (parameters, signal) => instances.wait(parameters, signal),
    "instance.update": (parameters) => instances.update(parameters),
    "instance.extend": (parameters) => instances.extend(parameters),
    "instance.start": (parameters) => instances.start(parameters),
    "instance.stop": (parameters) => instances.stop(parameters),
    "instance.restart": (parameters) => instances.restart(parameters),
    "instance.exec": (parameters, signal) => instances.exec(parameters, signal),
    "instance.execStart": (parameters) => instances.startExec(parameters),
    "instance.execRead": (parameters, signal) => instances.streams.read(parameters, signal),
    "instance.execWrite": (parameters, signal) => instances.streams.write(parameters, signal),
    "instance.execEnd": (parameters) => instances.streams.end(parameters),
    "instance.log": (parameters) => instances.log(parameters),
    "instance.takeOver": (parameters) => instances.takeOver(parameters),
    "instance.destroy": (parameters) => instances.destroy(parameters),
  };
}
