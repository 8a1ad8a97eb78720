import assert from "node:assert/strict";
import { type Caller, localAdmin } from "../../../server/cloud/access/caller";
import { noToken, unknownToken } from "../../../server/cloud/access/refusals";
import { Events } from "../../../server/cloud/events/events";
import { defaultLimits } from "../../../server/http/limits";
import { type Listener, type ListenerOptions, openListener } from "../../../server/http/listener";
import { eventStreams } from "../../../server/methods/event-stream";
import { type CapturedLog, captureLog } from "../captured-log";
import { callRaw } from "../wire/wire";
import { noMetrics } from "./no-metrics";

export const testToken = "a-token-of-the-tests";
export const authorization = `Bearer ${testToken}`;

/** A listener whose calls return their own names and parameters. */
export interface TestListener extends CapturedLog {
  readonly listener: Listener;
  readonly url: string;
  readonly port: number;
  /** Names of the called methods. */
  readonly called: string[];
}

export interface TestListenerOptions extends Partial<ListenerOptions> {
  /** Default: 0, so that the tests of refused requests do not wait. */
  readonly failedLoginDelayMs?: number;
}

/** Opens listeners that are closed after each test of the calling suite. */
export function testListeners(): (options?: TestListenerOptions) => Promise<TestListener> {
  const open: Listener[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((listener) => listener.close()));
  });
  return async ({ dispatch = echo, failedLoginDelayMs = 0, ...options } = {}) => {
    const captured = captureLog();
    const called: string[] = [];
    const listener = await openListener({
      address: "127.0.0.1",
      port: 0,
      callerOf,
      log: captured.log,
      eventsOf: eventStreams(new Events()),
      metrics: noMetrics,
      dispatch: (caller, method, parameters, signal) => {
        called.push(method);
        return dispatch(caller, method, parameters, signal);
      },
      ...options,
      limits: { ...(options.limits ?? defaultLimits), failedLoginDelayMs },
    });
    open.push(listener);
    const { port } = listener;
    return { ...captured, listener, called, port, url: `http://127.0.0.1:${port}` };
  };
}

/** Asserts that the listener still works after a test. */
export async function assertServes({ url, called }: TestListener): Promise<void> {
  await callRaw({ url, token: testToken }, "still.there");
  assert.equal(called.at(-1), "still.there");
}

/** Accepts the token of the tests. */
function callerOf(token: string | undefined): Caller {
  if (token !== testToken) {
    throw token === undefined ? noToken() : unknownToken();
  }
  return localAdmin;
}

function echo(_caller: Caller, method: string, parameters: readonly unknown[]): Promise<unknown> {
  return Promise.resolve({ method, parameters });
}
