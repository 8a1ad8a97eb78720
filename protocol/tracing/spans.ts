import { AsyncLocalStorage } from "node:async_hooks";
import { MccError } from "../error";

/** A piece of work in a trace. */
export interface Span {
  /** The span and its trace, in the form of the HTTP header of W3C Trace Context. */
  readonly traceparent: string;
  /** @param result `ok`, or the code of the error. Messages can quote secrets, and are not sent. */
  end(result: string): void;
}

export interface SpanOptions {
  /** Who asks (`client`), or who answers (`server`). Default: neither. */
  readonly kind?: "client" | "server";
  /** They are sent to the collector: they must have no secret, address of a server, or output of a program. */
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** Sends spans to a collector. */
export interface Tracer {
  /** @param parent a `traceparent`. Undefined, or malformed: the span begins a trace. */
  begin(name: string, parent: string | undefined, options: SpanOptions): Span;
  /** Ends the open spans, and sends all that are not sent yet. Never fails, and takes at most this time. */
  close(limitMs: number): Promise<void>;
}

/** Without a tracer, nothing is stored here, and a span costs nothing. */
const current = new AsyncLocalStorage<string | undefined>();
let tracer: Tracer | undefined;
let defaultParent: string | undefined;

/** Makes spans of all further work. @param parent the parent of those that have none. Default: they begin traces. */
export function useTracer(used: Tracer | undefined, parent?: string): void {
  tracer = used;
  defaultParent = parent;
}

/** Returns the `traceparent` of the work under way; undefined without one. */
export function traceparent(): string | undefined {
  return tracer && (current.getStore() ?? defaultParent);
}

/** Does work as a part of the trace that a client sent. @param parent its `traceparent`. Undefined: of no trace. */
export function inTrace<T>(parent: string | undefined, work: () => T): T {
  return tracer === undefined ? work() : current.run(parent, work);
}

/** Does work, and makes a span of it. @throws the error of the work. */
export async function traced<T>(name: string, options: SpanOptions, work: () => T | Promise<T>): Promise<T> {
  if (tracer === undefined) {
    return await work();
  }
  const span = tracer.begin(name, traceparent(), options);
  try {
    const result = await current.run(span.traceparent, work);
    span.end("ok");
    return result;
  } catch (error) {
    span.end(resultOf(error));
    throw error;
  }
}

/** Does so only for work in a trace: what the daemon repeats every few seconds makes no trace. */
export async function tracedInside<T>(
  name: string,
  options: SpanOptions,
  work: () => T | Promise<T>,
): Promise<T> {
  return traceparent() === undefined ? await work() : await traced(name, options, work);
}

/**
 * Makes a span of what the calling function does from now on. Outside of a trace, it makes none.
 *
 * @returns a function that ends it. @param error why the work failed. Default: it succeeded.
 */
export function beginWork(name: string, options: SpanOptions): (error?: unknown) => void {
  const parent = traceparent();
  if (tracer === undefined || parent === undefined) {
    return () => undefined;
  }
  const span = tracer.begin(name, parent, options);
  current.enterWith(span.traceparent);
  return (error) => {
    span.end(resultOf(error));
    current.enterWith(parent);
  };
}

/** Returns `ok` without an error, otherwise its code. */
export function resultOf(error: unknown): string {
  return error === undefined ? "ok" : MccError.isInstance(error) ? error.code : "internal";
}
