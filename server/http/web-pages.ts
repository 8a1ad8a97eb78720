import type { IncomingMessage } from "node:http";
import { MccError } from "../../protocol/error";
import type { OwnNames } from "./own-names";
import { type Reply, refusal } from "./reply";

/** The content types of XML-RPC. A web page cannot send them to another server without its permission. */
const xmlTypes = new Set(["text/xml", "application/xml"]);

/** Headers that only browsers send. Other programs send Sec-Fetch-Mode too, such as those that use the fetch of Node. */
const browsersHeaders = ["origin", "sec-fetch-site"] as const;

/**
 * Returns the checks that refuse web pages, each by another trace of a browser. Otherwise any web page could use the daemon
 * through the browser of its visitors.
 */
export function webPageChecks(names: OwnNames): ((request: IncomingMessage) => Reply | undefined)[] {
  return [
    ({ headers }) => {
      const [found] = browsersHeaders.filter((name) => headers[name] !== undefined);
      return found === undefined
        ? undefined
        : refusal(
            403,
            new MccError(
              "forbidden",
              `Web pages may not call this daemon; omit the header ${titled(found)}.`,
            ),
          );
    },
    ({ headers: { host } }) =>
      names.accepts(host)
        ? undefined
        : refusal(
            403,
            new MccError(
              "forbidden",
              `This daemon has no name ${shown(host)}; use its address, or start it with --allow-host and this name.`,
            ),
          ),
    ({ headers }) => {
      const [type = ""] = (headers["content-type"] ?? "").toLowerCase().split(";");
      return xmlTypes.has(type.trim())
        ? undefined
        : refusal(
            415,
            new MccError(
              "invalid",
              `The content type ${shown(headers["content-type"])} is not that of a call; send the header Content-Type: text/xml.`,
            ),
          );
    },
  ];
}

function titled(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function shown(text: string | undefined): string {
  return text === undefined ? "(none)" : JSON.stringify(text.slice(0, 100));
}
