/** The start of the SDK's own output for a QuietError. */
const mark = "\u0007minicloud: already told\u0007";

/** An error whose message the engine shows once. */
class QuietError extends Error {
  override toString(): string {
    return mark;
  }
}

/** Returns an error of which the user sees only the message. */
export function quiet(error: Error): Error {
  return new QuietError(error.message);
}

/**
 * Filters the output of `console.error`. The SDK prints errors of `check`, `diff`, `read` and `delete` with a stack, and
 * the engine shows them again. The SDK has no option against it. Call this function once in a process.
 */
export function printNoQuietErrors(): void {
  const print = console.error;
  console.error = (...words: unknown[]) => {
    if (!String(words[0]).startsWith(mark)) {
      print(...words);
    }
  };
}
