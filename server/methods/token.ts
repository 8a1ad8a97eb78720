import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function tokenHandlers(cloud: Cloud): Handlers<MethodsOf<"token">> {
  return {
    "token.list": ({ clientTokens }) => cloud.tokens(clientTokens),
  };
}
