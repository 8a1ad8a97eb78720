import type { IncomingMessage } from "node:http";
import { MccError } from "../../protocol/error";
import type { Endpoint } from "./endpoints";
import type { OwnNames } from "./own-names";

/** Headers that only browsers send. Other programs send Sec-Fetch-Mode too, such as those that use the fetch of Node. */
const browsersHeaders = ["origin", "sec-fetch-site"] as const;

/** Why a request is refused. */
export interface Problem {
  readonly status: number;
  readonly error: MccError;
}

type Check = (request: IncomingMessage, endpoint: Endpoint) => Problem | undefined;

/**
 * Returns the checks that refuse web pages, each by another trace of a browser. Otherwise any web page could use the daemon
 * through the browser of its visitors.
 */
export function webPageChecks(names: OwnNames): Check[] {
  return [
    ({ headers }) => {
      const [found] = browsersHeaders.filter((name) => headers[name] !== undefined);
      return found === undefined
        ? undefined
        : forbidden(`Web pages may not call this daemon; omit the header ${titled(found)}.`);
    },
    ({ headers: { host } }) =>
      names.accepts(host)
        ? undefined
        : forbidden(
            `This daemon has no name ${shown(host)}; use its address, or start it with --allow-host and this name.`,
          ),
    otherContent,
  ];
}

/** Refuses other content types than those of calls. A web page cannot send these to another server without its permission. */
export const otherContent: Check = ({ headers }, { verb, protocol: { requestTypes } }) => {
  const [type = ""] = (headers["content-type"] ?? "").toLowerCase().split(";");
  return verb === "GET" || requestTypes.includes(type.trim())
    ? undefined
    : {
        status: 415,
        error: new MccError(
          "invalid",
          `The content type ${shown(headers["content-type"])} is not that of a call; send the header Content-Type: ${requestTypes[0] ?? ""}.`,
        ),
      };
};

function forbidden(message: string): Problem {
  return { status: 403, error: new MccError("forbidden", message) };
}

function titled(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function shown(text: string | undefined): string {
  return text === undefined ? "(none)" : JSON.stringify(text.slice(0, 100));
}
