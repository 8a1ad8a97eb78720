import type { IncomingMessage } from "node:http";
import { MccError } from "../../../protocol/error";
import type { OwnNames } from "../own-names";
import type { Problem } from "../web-pages";
import { isSecure } from "./session-cookie";

/** Which requests need the header Origin. Browsers omit it only from GET requests of a page to its own server. */
interface Need {
  readonly origin: boolean;
}

/** Returns why a request does not come from the dashboard's own page, or has another name of the host; undefined if it does. */
export function foreignOrigin(request: IncomingMessage, names: OwnNames, need: Need): Problem | undefined {
  const { origin, "sec-fetch-site": site } = request.headers;
  const host = foreignHost(request, names);
  if (host !== undefined) {
    return host;
  }
  if (origin === undefined ? need.origin : !ownOrigins(request).includes(origin.toLowerCase())) {
    return forbidden(`The dashboard accepts requests of its own page only, and not of ${shown(origin)}.`);
  }
  return site === undefined || site === "same-origin"
    ? undefined
    : forbidden("The dashboard accepts requests of its own page only, and not of other sites.");
}

/** Returns why the daemon has no such name; undefined if it has. */
export function foreignHost({ headers: { host } }: IncomingMessage, names: OwnNames): Problem | undefined {
  return host !== undefined && names.accepts(host)
    ? undefined
    : forbidden(
        `This daemon has no name ${shown(host)}; use its address, or start it with --allow-host and this name.`,
      );
}

/** A proxy on this machine may serve HTTPS in front of plain HTTP. */
function ownOrigins(request: IncomingMessage): string[] {
  const host = (request.headers.host ?? "").toLowerCase();
  return [`https://${host}`, ...(isSecure(request) ? [] : [`http://${host}`])];
}

function forbidden(message: string): Problem {
  return { status: 403, error: new MccError("forbidden", message) };
}

function shown(text: string | undefined): string {
  return text === undefined ? "(none)" : JSON.stringify(text.slice(0, 100));
}
