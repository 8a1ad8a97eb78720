/** What the SDK's own print of an error begins with, if the error is one of these. */
const mark = "\u0007minicloud: already told\u0007";

/** Carries a message to the engine, which shows it once. */
class QuietError extends Error {
  override toString(): string {
    return mark;
  }
}

/** The error as the user is to see it: its message and no more. */
export function quiet(error: Error): Error {
  return new QuietError(error.message);
}

/**
 * What `check`, `diff`, `read` and `delete` throw the SDK prints with its stack, and gives to the engine besides,
 * which shows it again. There is no way to tell it not to, other than at the print; to be called once in a process.
 */
export function printNoQuietErrors(): void {
  const print = console.error;
  console.error = (...words: unknown[]) => {
    if (!String(words[0]).startsWith(mark)) {
      print(...words);
    }
  };
}
