/**
 * Creates a new value for each test of the calling suite.
 *
 * @param end is called after each test, even if it failed, and before the suite's own `afterEach` hooks.
 * @returns a function that returns the value of the current test.
 */
export function perTest<T>(make: () => Promise<T>, end?: (value: T) => Promise<void>): () => T {
  let made: { readonly value: T } | undefined;
  beforeEach(async () => {
    made = { value: await make() };
  });
  afterEach(async () => {
    const ending = made;
    made = undefined;
    if (ending !== undefined) {
      await end?.(ending.value);
    }
  });
  return () => {
    if (made === undefined) {
      throw new Error("there is one in tests and in the hooks around them only");
    }
    return made.value;
  };
}
