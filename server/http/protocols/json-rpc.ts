import { setImmediate } from "node:timers/promises";
import { encodeError, encodeResult, protocolErrors } from "../../../protocol/wire/json/answers";
import {
  type BadRequest,
  decodeRequests,
  type JsonRequest,
  NoRequest,
} from "../../../protocol/wire/json/requests";
import { CallBudget } from "../../methods/calls/call-budget";
import { UnknownMethod } from "../../methods/calls/unknown-method";
import type { Protocol, Question } from "./protocol";

/** JSON-RPC 2.0, with named or positional parameters, batches and notifications. */
export const jsonRpc: Protocol = {
  contentType: "application/json",
  requestTypes: ["application/json"],
  answer: async (question) => {
    try {
      const { isBatch, requests } = await decodeRequests(question.body);
      const answers = await answersTo(requests, question);
      if (answers.length === 0) {
        return undefined;
      }
      return isBatch ? `[${answers.join(",")}]` : answers.join("");
    } catch (error) {
      if (error instanceof NoRequest) {
        return encodeError(null, error, error.isJson ? protocolErrors.request : protocolErrors.parse);
      }
      return encodeError(null, question.answerable(error));
    }
  },
  refuse: (error) => encodeError(null, error),
};

async function answersTo(
  requests: readonly (JsonRequest | BadRequest)[],
  question: Question,
): Promise<string[]> {
  const answers: string[] = [];
  const budget = new CallBudget();
  for (const request of requests) {
    const answer =
      "error" in request
        ? encodeError(request.id, request.error, protocolErrors.request)
        : await answerTo(request, question, budget);
    if ("error" in request || request.id !== undefined) {
      answers.push(answer);
      budget.spend(answer.length);
    }
    if (requests.length > 1) {
      // Without the pause, a hundred lists in a row would block the event loop.
      await setImmediate();
    }
  }
  return answers;
}

async function answerTo(
  { id = null, method, parameters }: JsonRequest,
  { makeCall, answerable, signal }: Question,
  budget: CallBudget,
): Promise<string> {
  try {
    budget.require(method);
    return await makeCall(method, parameters, async (result) => await encodeResult(id, result, signal));
  } catch (error) {
    const known = answerable(error);
    const isUnknown = known instanceof UnknownMethod && known.asked === method;
    return encodeError(id, known, isUnknown ? protocolErrors.method : undefined);
  }
}
