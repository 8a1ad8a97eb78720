import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { MccError } from "../../protocol/error";
import type { OwnNames } from "./own-names";
import { type Reply, refusal, textReply } from "./reply";
import { webPageChecks } from "./web-pages";

/** Checks a request by its headers alone. Undefined accepts it. */
export type Admission = (request: IncomingMessage) => Reply | undefined;

/** Returns the checks. @param token undefined accepts every client that reaches the port. */
export function admission(token: string | undefined, names: OwnNames): Admission {
  const checks = [refuseOtherPaths, refuseOtherVerbs, ...webPageChecks(names)];
  if (token !== undefined) {
    checks.push(refuseStrangers(token));
  }
  return (request) => {
    for (const check of checks) {
      const reply = check(request);
      if (reply !== undefined) {
        return reply;
      }
    }
    return undefined;
  };
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

function refuseStrangers(token: string): Admission {
  const expected = digest(token);
  return ({ headers }) => {
    const [, given] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "") ?? [];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) {
      return undefined;
    }
    const came = given === undefined ? "the request has none" : "the request has another one";
    return refusal(
      401,
      new MccError(
        "unauthenticated",
        `This daemon requires its token, and ${came}; set MCC_TOKEN or minicloud:token to the text of the file "token" in the daemon's state folder.`,
      ),
      { "www-authenticate": 'Bearer realm="minicloud"' },
    );
  };
}

/** Returns a hash of fixed length, which the comparison needs. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
