import type { Role } from "../../protocol/types/access-token";

/** Who is logged in. */
export interface Session {
  readonly account: string;
  readonly role: Role;
  readonly csrf: string;
}

/** An error that the daemon answered. */
export class DaemonError extends Error {
  constructor(
    message: string,
    readonly status: number,
    /** MiniCloud's name for the kind of the error, such as `not-found`. */
    readonly code: string,
  ) {
    super(message);
  }
}

/** Returns the session of the cookie; undefined if there is none. */
export async function currentSession(): Promise<Session | undefined> {
  const { account, role, csrf } = (await json(await fetch("/session"))) as Partial<Session>;
  return account === undefined || role === undefined || csrf === undefined
    ? undefined
    : { account, role, csrf };
}

/** Exchanges a token for a session. @throws DaemonError for a token that is not valid. */
export async function logIn(token: string): Promise<Session> {
  const answer = await fetch("/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  return (await json(answer)) as Session;
}

/** Ends the session. */
export async function logOut({ csrf }: Session): Promise<void> {
  await json(await fetch("/logout", { method: "POST", headers: headersOf(csrf) }));
}

/** The headers by which the daemon recognises its own page. */
export function headersOf(csrf: string): Record<string, string> {
  return { "minicloud-csrf": csrf, "minicloud-understands": "unreachable" };
}

/** Returns the JSON of an answer. @throws DaemonError for a refusal. */
export async function json(answer: Response): Promise<unknown> {
  const text = await answer.text();
  const body = parsed(text);
  if (!answer.ok) {
    throw errorOf(body, answer.status, text);
  }
  return body;
}

/** The part of a JSON-RPC answer that says what failed. */
interface Failure {
  readonly error?: { readonly message?: string; readonly data?: { readonly code?: string } };
}

/** Returns the error of a JSON-RPC answer. */
export function errorOf(body: unknown, status: number, text = ""): DaemonError {
  const { error } = (typeof body === "object" && body !== null ? body : {}) as Failure;
  const message =
    error?.message ?? (text.trim().slice(0, 200) || `The daemon answered with status ${status}.`);
  return new DaemonError(message, status, error?.data?.code ?? "");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
