/** The real timer, even in tests that replace the clock. */
const { setTimeout } = globalThis;

/** Resolves once the condition holds. The limit only ends a broken test, and does not measure speed. */
export async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 3000; tries += 1) {
    if (await condition()) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`waited in vain until ${what}`);
}
