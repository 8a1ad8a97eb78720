import type { IncomingMessage } from "node:http";
import type { Logger } from "pino";
import { MccError } from "../../protocol/error";
import { decodeCall, encodeFault } from "../../protocol/wire/codec";
import { encodeResponseInTurns } from "../../protocol/wire/encode-in-turns";
import { answerable } from "../methods/answerable";
import type { Dispatch } from "../methods/callable";
import { listings } from "../methods/listings";
import { LoopTurns } from "../support/concurrency/loop-turns";
import { Slots } from "../support/concurrency/slots";
import { admission } from "./admission";
import { readBody } from "./body";
import { FailedLogins } from "./failed-logins";
import type { Limits } from "./limits";
import type { OwnNames } from "./own-names";
import { type Reply, refusal, xmlReply } from "./reply";

export interface AnswerOptions {
  /** Undefined accepts every client that reaches the port. */
  readonly token: string | undefined;
  readonly names: OwnNames;
  readonly limits: Limits;
  readonly dispatch: Dispatch;
  readonly log: Logger;
}

/** The sender of a request. */
export interface Caller {
  readonly letIn: () => void;
  /** Aborted when the client hangs up. Its reason is an MccError. */
  readonly signal: AbortSignal;
}

/** The status of a request whose client is not known. */
const failedLogin = 401;

/** Creates the replies to requests, and knows the calls in progress. */
export class Answers {
  readonly #options: AnswerOptions;
  readonly #refuse: (request: IncomingMessage) => Reply | undefined;
  readonly #failedLogins: FailedLogins;
  readonly #underWay = new Set<Promise<string>>();
  /** Limits the long answers that are written at a time. Hundreds would block the event loop for short ones. */
  readonly #longAnswers = new Slots(2);
  /** Limits the listings in memory: those that are being created or wait to be written. */
  readonly #listings = new Slots(16);
  readonly #loopTurns = new LoopTurns();

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#refuse = admission(options.token, options.names);
    this.#failedLogins = new FailedLogins(options.log, options.limits.failedLoginDelayMs);
  }

  /**
   * Returns the reply to a request.
   *
   * @param caller is told when the request is accepted. Its signal is aborted when the client hangs up.
   * @throws MccError for an interrupted request, whose client cannot get a reply.
   */
  async reply(request: IncomingMessage, caller: Caller): Promise<Reply> {
    const { limits, log } = this.#options;
    const refused = this.#refuse(request);
    if (refused !== undefined) {
      const from = request.socket.remoteAddress ?? "an unknown address";
      log.debug({ status: refused.status, from }, "refused a request");
      if (refused.status === failedLogin) {
        const reason = request.headers.authorization === undefined ? "no token" : "a token that is not valid";
        await this.#failedLogins.delay(from, reason, caller.signal);
      }
      return refused;
    }
    caller.letIn();
    const body = await readBody(request, limits.bodyBytes);
    if (body === undefined) {
      log.debug({ from: request.socket.remoteAddress }, "refused a request that is too large");
      return tooLarge(limits.bodyBytes);
    }
    const call = this.#call(body, caller.signal);
    this.#underWay.add(call);
    return xmlReply(await call.finally(() => this.#underWay.delete(call)));
  }

  /** Resolves when no call is in progress, including calls that come during the wait. */
  async allMade(): Promise<void> {
    while (this.#underWay.size > 0) {
      await Promise.allSettled(this.#underWay);
    }
  }

  /** Returns the encoded result or fault. */
  async #call(body: string, signal: AbortSignal): Promise<string> {
    const { dispatch, log } = this.#options;
    try {
      const { method, parameters } = await decodeCall(body);
      const answer = async (): Promise<string> =>
        await this.#encode(method, await dispatch(method, parameters, signal), signal);
      return listings.has(method) ? await this.#inTurn(answer, signal) : await answer();
    } catch (error) {
      const { fault, message } = answerable(error, log);
      return encodeFault(fault, message);
    }
  }

  /** Starts in its own turn of the event loop. Does nothing if the client has hung up by then. */
  async #inTurn(answer: () => Promise<string>, signal: AbortSignal): Promise<string> {
    const end = await this.#listings.take(signal);
    try {
      await this.#loopTurns.next();
      signal.throwIfAborted();
      return await answer();
    } finally {
      end();
    }
  }

  /** A result that XML cannot contain is an internal error, and not an error of the caller. */
  async #encode(method: string, result: unknown, signal: AbortSignal): Promise<string> {
    try {
      return await encodeResponseInTurns(result, () => this.#longAnswers.take(signal), signal);
    } catch (error) {
      if (signal.aborted) {
        throw error;
      }
      throw new Error(`The result of ${method} cannot be encoded`, { cause: error });
    }
  }
}

function tooLarge(limitBytes: number): Reply {
  return refusal(
    413,
    new MccError("invalid", `The request is larger than ${limitBytes} bytes; send less in one request.`),
  );
}
