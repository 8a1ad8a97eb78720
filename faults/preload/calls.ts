import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import undici from "undici";
import type { Kind } from "../kinds";
import { die, type Recorder } from "./recorder";

type Request = (url: string, options: Options) => Promise<object>;

interface Options {
  readonly method?: string;
  readonly signal?: AbortSignal;
}

/** How long a call has to leave this process before a kill. */
const leaveMs = 5;
/** Ids of operations and instances, which differ between runs. */
const randomId = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const complaint = JSON.stringify({ type: "error", error_code: 500, error: "injected fault", metadata: null });

/** Puts the recorder around every call of an engine's API. */
export function watchCalls(recorder: Recorder): void {
  const all = undici as unknown as Record<"request" | "upgrade", Request>;
  for (const name of ["request", "upgrade"] as const) {
    const original = all[name];
    all[name] = async (url, options) => {
      const { pathname, search } = new URL(url);
      const method = name === "upgrade" ? "UPGRADE" : (options.method ?? "GET");
      const text = `call ${method} ${pathname}${search}`.replaceAll(randomId, "ID");
      const kind = recorder.take(text, method === "GET" ? "read" : "command");
      const call = { run: () => original(url, options), signal: options.signal, refuse: refusals[name] };
      return await disturbed(kind, call, recorder);
    };
  }
}

interface Call {
  readonly run: () => Promise<object>;
  readonly signal: AbortSignal | undefined;
  readonly refuse: () => object;
}

async function disturbed(
  kind: Kind | undefined,
  { run, signal, refuse }: Call,
  { settings }: Recorder,
): Promise<object> {
  switch (kind) {
    case undefined:
    case "full":
      return await run();
    case "fail":
      return refuse();
    case "lie":
      await run().then(discard, () => undefined);
      return refuse();
    case "hang": {
      const late = pause(settings.commandHangMs).then(run);
      late.catch(() => undefined);
      return await Promise.race([late, aborted(signal)]);
    }
    case "kill":
      void run().catch(() => undefined);
      await pause(leaveMs);
      return die();
  }
}

/** The engine's answer to a call that it could not carry out. */
function refusal(): object {
  return {
    statusCode: 500,
    headers: {},
    body: Object.assign(Readable.from([Buffer.from(complaint)]), { text: () => Promise.resolve(complaint) }),
  };
}

const refusals = {
  request: refusal,
  upgrade: () => {
    throw new Error("bad upgrade: injected fault");
  },
} as const;

async function discard(answer: object): Promise<void> {
  if ("body" in answer) {
    await (answer.body as { text: () => Promise<string> }).text();
  } else if ("socket" in answer) {
    (answer.socket as Readable).destroy();
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error));
  });
}
