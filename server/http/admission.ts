import type { IncomingMessage } from "node:http";
import { MccError } from "../../protocol/error";
import type { Caller } from "../cloud/access/caller";
import { type Reply, refusal, textReply } from "./reply";

/** Decides by a request's headers alone: returns who makes the call, or the reply that refuses it. */
export type Admission = (request: IncomingMessage) => Admitted | Refused;
export interface Admitted {
  readonly caller: Caller;
}
export interface Refused {
  readonly refused: Reply;
}

/** Returns the caller who sends a token. @throws MccError `unauthenticated`. */
export type CallerOf = (token: string | undefined) => Caller;

const checks = [refuseOtherPaths, refuseOtherVerbs, refuseBrowsers];

export function admission(callerOf: CallerOf): Admission {
  return (request) => {
    for (const check of checks) {
      const refused = check(request);
      if (refused !== undefined) {
        return { refused };
      }
    }
    return authenticate(request, callerOf);
  };
}

function authenticate({ headers, socket }: IncomingMessage, callerOf: CallerOf): Admitted | Refused {
  const [, token] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "") ?? [];
  try {
    return { caller: { ...callerOf(token), from: socket.remoteAddress } };
  } catch (error) {
    if (!MccError.hasCode(error, "unauthenticated")) {
      throw error;
    }
    return { refused: refusal(401, error, { "www-authenticate": 'Bearer realm="minicloud"' }) };
  }
}

function refuseOtherPaths({ url }: IncomingMessage): Reply | undefined {
  return url === "/"
    ? undefined
    : textReply(404, "Not found: MiniCloud answers XML-RPC calls only as POST to /.");
}

function refuseOtherVerbs({ method }: IncomingMessage): Reply | undefined {
  return method === "POST"
    ? undefined
    : textReply(405, "This is MiniCloud's daemon. It answers XML-RPC calls: POST to /.", { allow: "POST" });
}

/** Without a token, any web page could otherwise control the daemon through the browser of its visitors. */
function refuseBrowsers({ headers }: IncomingMessage): Reply | undefined {
  return headers.origin === undefined
    ? undefined
    : refusal(403, new MccError("forbidden", "Web pages may not call this daemon; omit the Origin header."));
}
