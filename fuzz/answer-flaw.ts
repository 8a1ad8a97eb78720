import { z } from "zod";
import { messageOf } from "../protocol/error";
import { checkMessage } from "../protocol/wire/check-message";
import { answerLimits } from "../protocol/wire/message-limits";

const headPattern = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n/;
/** Also finds it among the results of a multicall. The first MiniCloud's methods have other numbers. */
const internalFault = /<name>faultCode<\/name><value><int>500</;
const chunkedPattern = /^transfer-encoding: chunked\r$/im;
const noChunks = Buffer.from("0\r\n\r\n");
const jsonPattern = /^content-type: application\/json\r$/im;
const lengthPattern = /^content-length: (\d+)\r$/im;

/**
 * Checks everything that the daemon sent on one connection: HTTP answers, whose bodies with status 200 are results or
 * errors of XML-RPC or JSON-RPC.
 *
 * @param answered whether there must be an answer.
 * @returns what is wrong, or undefined.
 */
export async function answerFlaw(sent: Buffer, answered: boolean): Promise<string | undefined> {
  let rest = sent;
  let count = 0;
  while (rest.length > 0) {
    const [head, status] = headPattern.exec(rest.toString("latin1")) ?? [];
    if (head === undefined) {
      return `not HTTP: ${JSON.stringify(rest.toString("latin1").slice(0, 200))}`;
    }
    if (status === "100") {
      rest = rest.subarray(head.length);
      continue;
    }
    const length = Number(lengthPattern.exec(head)?.[1] ?? 0);
    const body = rest.subarray(head.length, head.length + length);
    const flaw = await flawOfAnswer(Number(status), body, { length, isJson: jsonPattern.test(head) });
    if (flaw !== undefined) {
      return flaw;
    }
    count += 1;
    rest = rest.subarray(head.length + body.length);
    if (chunkedPattern.test(head)) {
      // Node refuses some heads by itself, with an empty body in this form.
      if (!rest.subarray(0, noChunks.length).equals(noChunks)) {
        return `an answer in chunks: ${JSON.stringify(rest.toString("latin1").slice(0, 200))}`;
      }
      rest = rest.subarray(noChunks.length);
    }
  }
  return answered && count === 0 ? "no answer" : undefined;
}

async function flawOfAnswer(
  status: number,
  body: Buffer,
  { length, isJson }: { readonly length: number; readonly isJson: boolean },
): Promise<string | undefined> {
  if (status === 204) {
    return length === 0 ? undefined : "an empty answer with a body";
  }
  if (status !== 200) {
    return (status >= 400 && status < 500) || status === 503 ? undefined : `HTTP status ${status}`;
  }
  if (body.length < length) {
    return `an answer of ${body.length} bytes that announces ${length}`;
  }
  if (isJson) {
    return flawOfJson(body.toString());
  }
  const xml = body.toString();
  try {
    await checkMessage(xml, "methodResponse", answerLimits);
  } catch (error) {
    return `not XML-RPC (${messageOf(error)}): ${xml.slice(0, 200)}`;
  }
  return internalFault.test(xml) ? `the fault internal: ${xml.slice(0, 500)}` : undefined;
}

const jsonAnswer = z.union([
  z.strictObject({ jsonrpc: z.literal("2.0"), id: z.unknown(), result: z.unknown() }),
  z.strictObject({
    jsonrpc: z.literal("2.0"),
    id: z.unknown(),
    error: z.strictObject({ code: z.int(), message: z.string(), data: z.strictObject({ code: z.string() }) }),
  }),
]);
const jsonAnswers = z.union([jsonAnswer, z.array(jsonAnswer).min(1)]);

function flawOfJson(text: string): string | undefined {
  const parsed = jsonAnswers.safeParse(JSON.parse(text));
  if (!parsed.success) {
    return `not JSON-RPC: ${text.slice(0, 200)}`;
  }
  // A multicall has faults among its results.
  return /"code":500\b|"faultCode":500\b/.test(text)
    ? `the error internal: ${text.slice(0, 500)}`
    : undefined;
}
