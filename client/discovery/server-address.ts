import { MccError } from "../../protocol/error";

export const defaultServer = "127.0.0.1:8080";
const defaultPort = "8080";

/**
 * Where a daemon listens, from `host:port`, `host` (then port 8080) or an http or https URL (then the port of
 * the scheme).
 *
 * @throws MccError `invalid` for anything else.
 */
export function parseServerAddress(text: string): URL {
  const trimmed = text.trim();
  const url = /^https?:\/\//i.test(trimmed) ? parse(trimmed) : parseBare(trimmed);
  if (url === undefined || url.hostname === "" || url.username !== "" || `${url.search}${url.hash}` !== "") {
    throw new MccError(
      "invalid",
      `The server address "${trimmed}" cannot be used: give host:port (such as ${exampleFor(trimmed)}) or an http:// or https:// URL.`,
    );
  }
  if (url.protocol === "http:" && url.hostname === "localhost") {
    // The daemon listens there, while localhost may also mean ::1, where anybody could.
    url.hostname = "127.0.0.1";
  }
  return url;
}

const hostsByDefault = ["127.0.0.1", "[::1]", "localhost"];

/** Whether the daemon of this host listens at the URL's host without an option that says so. */
export function isDefaultHost({ hostname }: URL): boolean {
  return hostsByDefault.includes(hostname);
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** `URL` takes a bare number for an address of 32 bits, and people mean a port. */
const bareNumber = /^\d+$/;

function exampleFor(text: string): string {
  return bareNumber.test(text) ? `127.0.0.1:${text}` : defaultServer;
}

/** `URL` drops a port that is the scheme's own, so that only the text tells whether one was given. */
function parseBare(text: string): URL | undefined {
  const url = text.includes("/") || bareNumber.test(text) ? undefined : parse(`http://${text}`);
  if (url !== undefined && !/:\d+$/.test(text)) {
    url.port = defaultPort;
  }
  return url;
}
