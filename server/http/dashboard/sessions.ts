import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { MccError } from "../../../protocol/error";
import type { Caller } from "../../methods/calls/callable";
import { sharedAbort } from "../../support/concurrency/shared-abort";

/** A session that no one ends ends by itself. A tab that stays open over a working day is not interrupted. */
const longestMs = 12 * 3_600_000;
/** The oldest session of an account ends when it opens one more. */
const mostOfAccount = 16;

/** Returns the caller who sends a token. @throws MccError `unauthenticated`. */
export type CallerOfToken = (token: string) => Caller;

/** A browser that logged in with a token. */
export interface Session {
  readonly account: string;
  readonly role: Caller["role"];
  /** What its page sends with each request. Another page cannot read it. */
  readonly csrf: string;
  /** When it ends at the latest: a UTC time in ISO 8601. */
  readonly expiresAt: string;
  /** Aborted when it ends: with its token, by a logout, after its time, or with the daemon. */
  readonly ended: AbortSignal;
  /** Returns its caller. @throws MccError `unauthenticated` if its token is no longer valid, or it has ended. */
  readonly caller: () => Caller;
}

interface Open extends Session {
  readonly end: (reason: MccError) => void;
}

/** The sessions of browsers. They are only in memory, so none survives the daemon. */
export class Sessions {
  /** By the hash of their ids, oldest first. The time of a search therefore tells nothing about an id. */
  readonly #open = new Map<string, Open>();

  constructor(private readonly callerOf: CallerOfToken) {}

  /**
   * Opens a session that ends with this token.
   *
   * @param earlier the id of a session that it replaces, if there is one.
   * @throws MccError `unauthenticated`. The earlier session then continues.
   */
  open(token: string, earlier = ""): { readonly id: string; readonly session: Session } {
    const { account, role, revoked } = this.callerOf(token);
    this.end(earlier);
    const sameAccount = [...this.#open.values()].filter((session) => session.account === account);
    sameAccount
      .slice(0, Math.max(0, sameAccount.length + 1 - mostOfAccount))
      .forEach((session) => session.end(over("other logins of its account took its place")));
    const id = randomText();
    const key = digestOf(id).toString("hex");
    const controller = sharedAbort();
    const end = (reason: MccError): void => {
      clearTimeout(timer);
      revoked?.removeEventListener("abort", withToken);
      this.#open.delete(key);
      controller.abort(reason);
    };
    const withToken = (): void => end(over("its token is no longer valid"));
    const timer = setTimeout(() => end(over("its time is over")), longestMs).unref();
    revoked?.addEventListener("abort", withToken, { once: true });
    const session: Open = {
      account,
      role,
      csrf: randomText(),
      expiresAt: new Date(Date.now() + longestMs).toISOString(),
      ended: controller.signal,
      end,
      caller: () => {
        controller.signal.throwIfAborted();
        return { ...this.callerOf(token), revoked: controller.signal };
      },
    };
    this.#open.set(key, session);
    return { id, session };
  }

  /** Returns the session with this id, if it is open and its token is still valid. */
  find(id: string): Session | undefined {
    const session = this.#open.get(digestOf(id).toString("hex"));
    try {
      session?.caller();
      return session;
    } catch (error) {
      if (!MccError.hasCode(error, "unauthenticated")) {
        throw error;
      }
      session?.end(over("its token is no longer valid"));
      return undefined;
    }
  }

  /** Ends the session with this id, if there is one. */
  end(id: string): void {
    this.#open.get(digestOf(id).toString("hex"))?.end(over("it was logged out"));
  }

  /** Ends all. */
  close(): void {
    [...this.#open.values()].forEach((session) => session.end(over("the daemon was stopped")));
  }
}

/** Compares in a time that does not depend on the texts. */
export function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digestOf(one), digestOf(other));
}

/** Returns the error of a request without an open session. */
export function noSession(): MccError {
  return over("its cookie is missing, or the daemon does not know it");
}

function over(why: string): MccError {
  return new MccError("unauthenticated", `The session of the dashboard has ended: ${why}. Log in again.`);
}

/** Returns 256 random bits. */
function randomText(): string {
  return randomBytes(32).toString("base64url");
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
