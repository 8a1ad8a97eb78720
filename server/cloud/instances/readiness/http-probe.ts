import { type IncomingMessage, request } from "node:http";
import { lastWords } from "../../../support/output-tail";
import type { Probe } from "./probe";

interface HttpRung {
  readonly http: string;
  readonly port: number;
  readonly status: number;
}

/** Reached when the answer to a GET of the path has the status. A redirect counts as an answer, and is not followed. */
export function httpProbe({ http: path, port, status }: HttpRung): Probe {
  return {
    // A server may warm up at its first request.
    longestLookMs: 10_000,
    longestPauseMs: 500,
    look: async ({ address }, { signal, timeoutMs }) => {
      try {
        const answer = await get(`http://${address}:${port}`, path, signal);
        return answer.statusCode === status ? undefined : statusText(answer);
      } catch (error) {
        return signal.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonText(error);
      }
    },
  };
}

/** Reads the head of the answer, and not the rest. */
async function get(origin: string, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const call = request(origin, { path, signal, agent: false, headers: { "user-agent": "minicloud" } });
    call.once("response", (answer) => {
      answer.destroy();
      resolve(answer);
    });
    call.on("error", reject);
    call.end();
  });
}

function statusText({ statusCode, headers }: IncomingMessage): string {
  const to = headers.location === undefined ? "" : ` to ${lastWords(headers.location)}`;
  return `status ${statusCode}${to}`;
}

function reasonText(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return code.startsWith("HPE_") ? "an answer that is not HTTP's" : code;
}
