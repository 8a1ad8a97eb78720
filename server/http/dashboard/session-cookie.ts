import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";

/**
 * Returns the name of the cookie. Browsers send cookies to all ports of a host, so it contains the port: two daemons of one
 * host then do not end each other's sessions. With the prefix, browsers accept it only over HTTPS and for this host alone.
 */
function nameOf(request: IncomingMessage): string {
  return `${isSecure(request) ? "__Host-" : ""}minicloud-${request.socket.localPort ?? 0}`;
}

/** Returns the id in the cookie of a request; undefined without one, or with several, of which one is not the daemon's. */
export function sessionIdOf(request: IncomingMessage): string | undefined {
  const name = nameOf(request);
  const values = (request.headers.cookie ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}

/** Returns the header that gives the cookie to the browser, until the browser ends. @param id undefined to remove it. */
export function sessionCookie(request: IncomingMessage, id: string | undefined): string {
  return [
    `${nameOf(request)}=${id ?? ""}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Strict",
    ...(isSecure(request) || isBehindTls(request) ? ["Secure"] : []),
    ...(id === undefined ? ["Max-Age=0"] : []),
  ].join("; ");
}

/** Whether the page says that it came by HTTPS: from a proxy, if the daemon serves plain HTTP. */
function isBehindTls({ headers: { origin = "" } }: IncomingMessage): boolean {
  return /^https:/i.test(origin);
}

/** Whether the daemon serves the request by HTTPS. */
export function isSecure({ socket }: IncomingMessage): boolean {
  return socket instanceof TLSSocket;
}
