import type { IncomingMessage } from "node:http";
import type { Logger } from "pino";
import { MccError } from "../../protocol/error";
import { inTrace } from "../../protocol/tracing/spans";
import { answerable } from "../methods/calls/answerable";
import type { Caller, Dispatch } from "../methods/calls/callable";
import type { EventRequest, FollowEvents } from "../methods/event-stream";
import { listings } from "../methods/listings";
import type { MetricsOf } from "../methods/metrics";
import { LoopTurns } from "../support/concurrency/loop-turns";
import { Slots } from "../support/concurrency/slots";
import { type Admission, admission, type CallerOf, refuseRepeated } from "./admission";
import { readBody } from "./body";
import { Dashboard } from "./dashboard/dashboard";
import { PageFiles } from "./dashboard/page-files";
import { type Endpoint, queryOf } from "./endpoints";
import { caughtUpText, eventText } from "./event-text";
import { FailedLogins } from "./failed-logins";
import type { Limits } from "./limits";
import type { OwnNames } from "./own-names";
import type { MakeCall, Protocol } from "./protocols/protocol";
import { emptyReply, protocolReply, type Reply, refusal, type StreamReply } from "./reply";

export interface AnswerOptions {
  readonly callerOf: CallerOf;
  readonly names: OwnNames;
  readonly limits: Limits;
  readonly dispatch: Dispatch;
  /** Answers requests for events. @throws MccError for one that cannot be answered. */
  readonly eventsOf: (request: EventRequest) => FollowEvents;
  readonly metrics: MetricsOf;
  /** The folder of the dashboard's page; undefined for no dashboard. */
  readonly dashboard?: string | undefined;
  /** Why there is no dashboard. Default: no reason. */
  readonly whyNoDashboard?: string | undefined;
  readonly log: Logger;
}

type MakeDocument = NonNullable<Endpoint["document"]>;

/** The connection of a request. */
export interface Sender {
  readonly letIn: () => void;
  /** Aborted when the client hangs up. Its reason is an MccError. */
  readonly signal: AbortSignal;
}

/** Creates the replies to requests, and knows the calls in progress. */
export class Answers {
  readonly #options: AnswerOptions;
  readonly #admit: Admission;
  readonly #failedLogins: FailedLogins;
  readonly #underWay = new Set<Promise<string | undefined>>();
  /** Limits the long answers that are written at a time. Hundreds would block the event loop for short ones. */
  readonly #longAnswers = new Slots(2);
  /** Limits the listings in memory: those that are being created or wait to be written. */
  readonly #listings = new Slots(16);
  readonly #loopTurns = new LoopTurns();
  readonly dashboard: Dashboard | undefined;

  constructor(options: AnswerOptions) {
    this.#options = options;
    const { callerOf, names, whyNoDashboard, dashboard: folder } = options;
    this.#failedLogins = new FailedLogins(options.log, options.limits.failedLoginDelayMs);
    this.dashboard =
      folder === undefined
        ? undefined
        : new Dashboard({
            callerOf: (token) => callerOf(token, undefined),
            names,
            page: new PageFiles(folder),
            failedLogins: this.#failedLogins,
          });
    this.#admit = admission({ callerOf, names, dashboard: this.dashboard, whyNoDashboard });
  }

  /**
   * Returns the reply to a request.
   *
   * @param sender is told when the request is accepted. Its signal is aborted when the client hangs up.
   * @throws MccError for an interrupted request, whose client cannot get a reply.
   */
  async reply(request: IncomingMessage, sender: Sender): Promise<Reply | StreamReply> {
    const { limits, log } = this.#options;
    const early = refuseRepeated(request) ?? (await this.dashboard?.reply(request, sender.signal));
    if (early !== undefined) {
      log.debug({ status: early.status, from: request.socket.remoteAddress }, "answered a browser");
      return early;
    }
    const admitted = this.#admit(request);
    if ("refused" in admitted) {
      const { refused, reason } = admitted;
      const from = request.socket.remoteAddress ?? "an unknown address";
      log.debug({ status: refused.status, from }, "refused a request");
      if (reason !== undefined) {
        await this.#failedLogins.delay(from, reason, sender.signal);
      }
      return refused;
    }
    sender.letIn();
    const { caller, endpoint } = admitted;
    const { protocol } = endpoint;
    if (endpoint.document !== undefined) {
      return await this.#document(caller, endpoint.document, protocol);
    }
    if (endpoint.streams === true) {
      return this.#stream(request, caller, endpoint);
    }
    const body = await readBody(request, limits.bodyBytes);
    if (body === undefined) {
      log.debug({ from: request.socket.remoteAddress }, "refused a request that is too large");
      return refusal(protocol, 413, tooLarge(limits.bodyBytes));
    }
    const answer = inTrace(request.headersDistinct["traceparent"]?.[0], () =>
      this.#answer(protocol, caller, body, sender.signal),
    );
    this.#underWay.add(answer);
    const text = await answer.finally(() => this.#underWay.delete(answer));
    return text === undefined ? emptyReply : protocolReply(protocol, text);
  }

  async #document(caller: Caller, document: MakeDocument, protocol: Protocol): Promise<Reply> {
    const { metrics, log } = this.#options;
    try {
      const { contentType, text } = await document({ caller, metrics });
      return { status: 200, headers: { "content-type": contentType }, body: text };
    } catch (error) {
      const known = answerable(error, log);
      return refusal(protocol, known.fault, known);
    }
  }

  #stream(request: IncomingMessage, caller: Caller, { protocol }: Endpoint): Reply | StreamReply {
    const { eventsOf, log } = this.#options;
    const lastEventId = request.headersDistinct["last-event-id"]?.[0];
    try {
      const follow = eventsOf({ caller, query: queryOf(request), lastEventId });
      return {
        headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
        follow: (write) =>
          follow({
            see: (event) => write(eventText(event)),
            caughtUp: (lastId) => write(caughtUpText(lastId)),
          }),
        ends: caller.revoked,
      };
    } catch (error) {
      const known = answerable(error, log);
      return refusal(protocol, known.fault, known);
    }
  }

  /** Resolves when no call is in progress, including calls that come during the wait. */
  async allMade(): Promise<void> {
    while (this.#underWay.size > 0) {
      await Promise.allSettled(this.#underWay);
    }
  }

  /** Makes the calls of a body. Never throws. */
  async #answer(
    protocol: Protocol,
    caller: Caller,
    body: string,
    hungUp: AbortSignal,
  ): Promise<string | undefined> {
    const { dispatch, log } = this.#options;
    const signal = caller.revoked === undefined ? hungUp : AbortSignal.any([hungUp, caller.revoked]);
    const makeCall: MakeCall = async (method, parameters, encode) => {
      // The token may have been revoked while the body arrived, or have expired since the previous call of the body.
      signal.throwIfAborted();
      caller.checkAgain?.();
      const answer = async (): Promise<string> =>
        await encode(await dispatch(caller, method, parameters, signal));
      return listings.has(method) ? await this.#inTurn(answer, signal) : await answer();
    };
    return await protocol.answer({
      body,
      makeCall,
      answerable: (error) => answerable(error, log),
      longAnswer: () => this.#longAnswers.take(signal),
      signal,
    });
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
}

function tooLarge(limitBytes: number): MccError {
  return new MccError("invalid", `The request is larger than ${limitBytes} bytes; send less in one request.`);
}
