import { MccError } from "../../protocol/error";

export const defaultServer = "127.0.0.1:8080";
const defaultPort = "8080";

/**
 * Parses the address of a daemon: `host:port`, `host` (with port 8080), or an http or https URL (with the port of the
 * scheme).
 *
 * @throws MccError `invalid` for anything else.
 */
export function parseServerAddress(text: string): URL {
  const trimmed = text.trim();
  const url = /^https?:\/\//i.test(trimmed) ? parse(trimmed) : parseBare(trimmed);
  if (url === undefined || url.hostname === "" || url.username !== "" || `${url.search}${url.hash}` !== "") {
    throw new MccError(
      "invalid",
      `The server address "${trimmed}" is not valid; give host:port (such as ${exampleFor(trimmed)}) or an http:// or https:// URL.`,
    );
  }
  if (url.protocol === "http:" && url.hostname === "localhost") {
    // The daemon listens at 127.0.0.1. localhost can also be ::1, where any user could listen.
    url.hostname = "127.0.0.1";
  }
  return url;
}

const hostsByDefault = ["127.0.0.1", "[::1]", "localhost"];

/** Tells whether a daemon of this host listens at the host of the URL by default. */
export function isDefaultHost({ hostname }: URL): boolean {
  return hostsByDefault.includes(hostname);
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Matches a bare number, which `URL` would parse as an IPv4 address, but which users mean as a port. */
const bareNumber = /^\d+$/;

function exampleFor(text: string): string {
  return bareNumber.test(text) ? `127.0.0.1:${text}` : defaultServer;
}

/** Parses an address without a scheme. `URL` drops port 80, so the text decides whether a port was given. */
function parseBare(text: string): URL | undefined {
  const url = text.includes("/") || bareNumber.test(text) ? undefined : parse(`http://${text}`);
  if (url !== undefined && !/:\d+$/.test(text)) {
    url.port = defaultPort;
  }
  return url;
}
