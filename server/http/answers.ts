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
import type { Limits } from "./limits";
import { type Reply, refusal, xmlReply } from "./reply";

export interface AnswerOptions {
  /** Undefined lets in whoever reaches the port. */
  readonly token: string | undefined;
  readonly limits: Limits;
  readonly dispatch: Dispatch;
  readonly log: Logger;
}

/** Who has sent a request. */
export interface Caller {
  readonly letIn: () => void;
  /** Its reason is an MccError. */
  readonly signal: AbortSignal;
}

/** Makes replies of requests, and knows which calls are under way. */
export class Answers {
  readonly #options: AnswerOptions;
  readonly #refuse: (request: IncomingMessage) => Reply | undefined;
  readonly #underWay = new Set<Promise<string>>();
  /** Those that are written at a time: hundreds at once would leave a short one little of the event loop. */
  readonly #longAnswers = new Slots(2);
  /** Those that are made or wait to be written, and so are in memory. */
  readonly #listings = new Slots(16);
  readonly #loopTurns = new LoopTurns();

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#refuse = admission(options.token);
  }

  /**
   * @param caller hears when the request is let in; its signal comes when the client has hung up.
   * @throws MccError for a request that was cut off, when nobody is left to reply to.
   */
  async reply(request: IncomingMessage, caller: Caller): Promise<Reply> {
    const { limits, log } = this.#options;
    const refused = this.#refuse(request);
    if (refused !== undefined) {
      log.debug({ status: refused.status, from: request.socket.remoteAddress }, "refused a request");
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

  /** Resolves once no call is under way, those included that come meanwhile. */
  async allMade(): Promise<void> {
    while (this.#underWay.size > 0) {
      await Promise.allSettled(this.#underWay);
    }
  }

  /** The result or the fault. */
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

  /** Begins in a turn of the event loop of its own. Nothing is made for a client that has hung up by then. */
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

  /** A result that XML cannot carry is a defect of ours, not a mistake of the caller's. */
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
    new MccError("invalid", `The request is larger than ${limitBytes} bytes; send less at a time.`),
  );
}
