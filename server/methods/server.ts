import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function serverHandlers(cloud: Cloud): Handlers<MethodsOf<"server">> {
  return {
    "server.info": async (caller) => {
      await cloud.lookAtMembers();
      return cloud.info(caller);
    },
  };
}
