import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { type RawAnswer, send } from "./raw-http";

/** What a browser has after a login. */
export interface Login {
  readonly cookie: string;
  readonly csrf: string;
}

/** Sends a login like the dashboard's page, with other headers or another body. */
export async function sendLogin(
  url: string,
  headers: Record<string, string>,
  body: string,
): Promise<RawAnswer> {
  return await send(url, {
    path: "/login",
    headers: { "content-type": "application/json", origin: url, ...headers },
    body,
  });
}

/** Exchanges a token for a session. */
export async function logInWith(
  url: string,
  token: string,
  headers: Record<string, string> = {},
): Promise<Login> {
  const answer = await sendLogin(url, headers, JSON.stringify({ token }));
  assert.equal(answer.status, 200, answer.body);
  const [cookie = ""] = String(answer.headers["set-cookie"]).split(";");
  return { cookie, csrf: (JSON.parse(answer.body) as { csrf: string }).csrf };
}

/** Returns the headers of a request of the page. */
export function headersOfPage(url: string, { cookie, csrf }: Login): Record<string, string> {
  return { cookie, "minicloud-csrf": csrf, origin: url, "sec-fetch-site": "same-origin" };
}

export interface TerminalQuery {
  readonly instance: number;
  readonly uid: string;
  readonly origin?: string;
  /** Appended to the query. */
  readonly query?: string;
}

/** Opens the connection of a terminal like the page. */
export function openTerminalSocket(
  url: string,
  { cookie, csrf }: Login,
  { instance, uid, origin = url, query = "" }: TerminalQuery,
): WebSocket {
  const address = `${url.replace("http", "ws")}/terminal?instance=${instance}&uid=${uid}&columns=80&rows=24${query}`;
  return new WebSocket(address, ["minicloud-terminal", csrf], { headers: { cookie, origin } });
}
