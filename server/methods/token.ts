import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function tokenHandlers(cloud: Cloud): Handlers<MethodsOf<"token">> {
  return {
    "token.list": (caller, { clientTokens }) => cloud.tokens(caller, clientTokens),
  };
}
