/** The real timer, even in tests that replace the clock. */
const { setTimeout } = globalThis;

/** The time after which no further try begins. Less than what tests of containers have, so that the test says what did not happen. */
const longestMs = 100_000;

/** Resolves once the condition holds. The limits only end a broken test, and do not measure speed. */
export async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const begin = performance.now();
  for (let tries = 0; tries < 3000 && performance.now() - begin < longestMs; tries += 1) {
    if (await condition()) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`waited in vain until ${what}`);
}
