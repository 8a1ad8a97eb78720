import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { MccError } from "../../protocol/error";
import { type Reply, refusal, textReply } from "./reply";

/** Judges a request by its head alone: undefined lets it in. */
export type Admission = (request: IncomingMessage) => Reply | undefined;

/** @param token undefined lets in whoever reaches the port. */
export function admission(token: string | undefined): Admission {
  const checks = [refuseOtherPaths, refuseOtherVerbs, refuseBrowsers];
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
    : textReply(
        404,
        "There is nothing here: MiniCloud answers XML-RPC calls, as POST to / and nowhere else.",
      );
}

function refuseOtherVerbs({ method }: IncomingMessage): Reply | undefined {
  return method === "POST"
    ? undefined
    : textReply(405, "This is MiniCloud's daemon. It answers XML-RPC calls: POST to /.", { allow: "POST" });
}

/** Where no token is asked for, any web page could otherwise command the daemon of whoever looks at it. */
function refuseBrowsers({ headers }: IncomingMessage): Reply | undefined {
  return headers.origin === undefined
    ? undefined
    : refusal(
        403,
        new MccError("forbidden", "Web pages may not call this daemon; leave out the Origin header."),
      );
}

function refuseStrangers(token: string): Admission {
  const expected = digest(token);
  return ({ headers }) => {
    const [, given] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "") ?? [];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) {
      return undefined;
    }
    const came = given === undefined ? "none came" : "another one came";
    return refusal(
      401,
      new MccError(
        "unauthenticated",
        `This daemon asks for its token, and ${came}; set MCC_TOKEN or minicloud:token to the text of the file "token" in the daemon's state folder.`,
      ),
      { "www-authenticate": 'Bearer realm="minicloud"' },
    );
  };
}

/** Of one length whatever came, as the comparison needs it. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
