import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function accessTokenHandlers({ accessTokens }: Cloud): Handlers<MethodsOf<"accessToken">> {
  return {
    "accessToken.add": (_caller, parameters) => accessTokens.add(parameters),
    "accessToken.list": () => accessTokens.list(),
    "accessToken.revoke": (_caller, parameters) => accessTokens.revoke(parameters),
    "accessToken.rotate": (_caller, parameters) => accessTokens.rotate(parameters),
    "accessToken.setCertificate": (_caller, parameters) => accessTokens.setCertificate(parameters),
    "accessToken.setQuota": (_caller, parameters) => accessTokens.setQuota(parameters),
  };
}
