/** The place of an error itself. */
const frames = 1;

/**
 * Lets errors have short stacks. Pulumi makes the text of a stack for each property of a resource, for the case that a promise
 * never ends. With the source maps that it loads, that takes 5 milliseconds for each instance. Where Pulumi needs a whole
 * stack, for the place of the resource in the program, it sets the limit itself.
 *
 * @returns a function that ends it. Nothing is changed for users who look for such promises.
 */
export function shortenStacks(): () => void {
  if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"] !== undefined) {
    return () => undefined;
  }
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = frames;
  return () => {
    Error.stackTraceLimit = stackTraceLimit;
  };
}

/** Adds the callers that the stack of an error lacks, so that it shows the line of the user's program. */
export function withCallers(error: unknown): unknown {
  if (error instanceof Error) {
    const here: { stack?: string } = {};
    Error.captureStackTrace(here, withCallers);
    const stack = error.stack ?? String(error);
    const callers = (here.stack ?? "").split("\n").slice(1);
    error.stack = [stack, ...callers.filter((line) => !stack.includes(line))].join("\n");
  }
  return error;
}
